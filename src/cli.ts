import { parseArgs } from "node:util";
import { BrokerError } from "./brokers/error.ts";
import { type Command, type Console, exit, type Option, type Values } from "./commands/command.ts";
import { paintFor } from "./report/style.ts";
import { SandboxError } from "./sandbox/error.ts";
import { UsageError } from "./topology/files.ts";
import { suggestion } from "./topology/nearest.ts";

type Loader = () => Promise<{ command: Command }>;

/** Loaded only when called: `validate` must not pay for what talks to brokers. */
const commands: Readonly<Record<string, readonly [summary: string, load: Loader]>> = {
  validate: ["check topology files", () => import("./commands/validate.ts")],
  plan: ["print what the brokers should have", () => import("./commands/plan.ts")],
  diff: ["say what a change does, against a git revision", () => import("./commands/diff.ts")],
  comment: [
    "write a review on a GitHub pull request, or drift into an issue",
    () => import("./commands/comment.ts"),
  ],
  route: ["show the way of a message", () => import("./commands/route.ts")],
  test: ["run the routing tests of topology files", () => import("./commands/test.ts")],
  target: ["check that an environment's brokers are the right ones", () => import("./commands/target.ts")],
  apply: ["make brokers look like the files (direct engine)", () => import("./commands/apply.ts")],
  drift: ["compare brokers with the files", () => import("./commands/drift.ts")],
  release: ["let Pulumi delete what has been approved and is empty", () => import("./commands/release.ts")],
  gate: ["refuse what a pulumi preview would lose unapproved", () => import("./commands/gate.ts")],
  import: ["write files that say what brokers already have", () => import("./commands/import.ts")],
  sandbox: ["start and stop brokers on this machine", () => import("./commands/sandbox.ts")],
  init: ["write the files of a new project", () => import("./commands/init.ts")],
  fmt: ["write topology files in one layout", () => import("./commands/fmt.ts")],
  rules: ["list what can be found in topology files", () => import("./commands/rules.ts")],
  explain: ["print the page of a rule", () => import("./commands/explain.ts")],
  schema: ["print the JSON Schema for editors", () => import("./commands/schema.ts")],
};

const commonOptions: Readonly<Record<string, Option>> = {
  color: {
    type: "string",
    placeholder: "WHEN",
    description: "auto (default), always or never",
    values: ["auto", "always", "never"],
  },
  quiet: { type: "boolean", short: "q", description: "Print the product only, nothing about the work" },
  help: { type: "boolean", short: "h", description: "Print this text" },
};

const exitCodes = `Exit codes:
  0   nothing to report
  1   problems at or above --fail-on, or something was refused
  2   changes (diff --exit-code) or drift
  3   could not check: a broker can't be reached or refuses the login, or Queueform failed
  64  wrong usage
`;

const overview = `Usage: queueform COMMAND [PATH...] [OPTION...]

Messaging topology as code for RabbitMQ, Kafka and Redis job queues.

Commands:
${Object.entries(commands)
  .map(([name, [summary]]) => `  ${name.padEnd(10)} ${summary}`)
  .join("\n")}

"queueform COMMAND --help" says more. "queueform --version" prints the version.

${exitCodes}`;

/** Runs one command line and returns the exit code. Whatever goes wrong is said in sentences, never as a stack trace. */
export async function main(args: readonly string[]): Promise<number> {
  // Libraries throw in handlers of events, too, where nobody can catch it: also for promises nobody waits for.
  process.once("uncaughtException", (error) => {
    sayDefect(error);
    process.exit(exit.couldNotCheck);
  });
  try {
    return await run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      return exit.usage;
    }
    if (error instanceof BrokerError || error instanceof SandboxError) {
      process.stderr.write(`${error.message}\n`);
      return exit.couldNotCheck;
    }
    sayDefect(error);
    return exit.couldNotCheck;
  }
}

function sayDefect(error: unknown): void {
  const detail =
    process.env["QUEUEFORM_DEBUG"] && error instanceof Error
      ? error.stack
      : error instanceof Error
        ? error.message
        : String(error);
  process.stderr.write(
    `Queueform failed: ${detail}\nThis is a defect of Queueform. Run it again with QUEUEFORM_DEBUG=1 and report what it prints.\n`,
  );
}

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    process.stdout.write(overview);
    return name === undefined ? exit.usage : exit.ok;
  }
  const { command, values, positionals } = await understand(name, rest);
  if (values["help"] === true) {
    process.stdout.write(helpFor(name, command));
    return exit.ok;
  }
  return command.run(positionals, values, consoleFor(values));
}

/** What a command line asks for, without doing it. Throws UsageError. */
export async function understand(
  name: string,
  args: readonly string[],
): Promise<{ command: Command; values: Values; positionals: string[] }> {
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!found) {
    throw new UsageError(
      `There is no command "${name}". ${suggestion(name, Object.keys(commands))}"queueform --help" lists them all.`,
    );
  }
  const { command } = await found[1]();
  const options = { ...command.options, ...commonOptions };
  const { values, positionals } = parse(name, [...args], options);
  if (
    values["help"] !== true &&
    command.maximumPositionals !== undefined &&
    positionals.length > command.maximumPositionals
  ) {
    throw new UsageError(
      `"${positionals[command.maximumPositionals]}" is one argument too many: queueform ${name} ${command.positionals}`,
    );
  }
  return { command, values, positionals };
}

function parse(
  name: string,
  args: string[],
  options: Readonly<Record<string, Option>>,
): { values: Values; positionals: string[] } {
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([option, { type, multiple, short }]) => [
          option,
          { type, ...(multiple && { multiple }), ...(short && { short }) },
        ]),
      ),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const unknown = /Unknown option '--?([^']+)'/.exec(message)?.[1];
    throw new UsageError(
      unknown === undefined
        ? `${message.split(". ")[0]}. "queueform ${name} --help" lists the options.`
        : `queueform ${name} has no option "--${unknown}". ${suggestion(
            `--${unknown}`,
            Object.keys(options).map((option) => `--${option}`),
          )}"queueform ${name} --help" lists them all.`,
    );
  }
  for (const [option, { values }] of Object.entries(options)) {
    const given = parsed.values[option];
    if (values && typeof given === "string" && !values.includes(given)) {
      throw new UsageError(
        `--${option} can't be "${given}". ${suggestion(given, values)}Use one of ${values.join(", ")}.`,
      );
    }
  }
  return parsed;
}

function helpFor(name: string, command: Command): string {
  const rows = Object.entries({ ...command.options, ...commonOptions }).map(
    ([option, { short, placeholder, description }]) => {
      const left = `${short ? `-${short}, ` : ""}--${option}${placeholder ? ` ${placeholder}` : ""}`;
      return `  ${left.padEnd(26)} ${description}`;
    },
  );
  return `Usage: queueform ${name} ${command.positionals}\n\n${command.description}\n\nOptions:\n${rows.join("\n")}\n\n${exitCodes}`;
}

function consoleFor(values: Values): Console {
  const mode = (values["color"] ?? "auto") as "auto" | "always" | "never";
  const quiet = values["quiet"] === true;
  return {
    paint: paintFor(mode, process.stdout),
    paintConversation: paintFor(mode, process.stderr),
    quiet,
    interactive: Boolean(process.stderr.isTTY) && !quiet,
    print: (product) => void process.stdout.write(product),
    say: (conversation) => void (quiet || process.stderr.write(conversation)),
  };
}
