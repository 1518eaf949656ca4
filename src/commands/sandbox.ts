import { readEnvironment, sandboxDirectory } from "../environment/read.ts";
import { load } from "../load.ts";
import { redisConf } from "../kinds/redis-server/redis-conf.ts";
import { type Part, sandboxStatus, startSandbox, stopSandbox } from "../sandbox/sandbox.ts";
import { renderSandbox } from "../report/sandbox.ts";
import { projectDirectory, UsageError } from "../topology/files.ts";
import {
  type Command,
  type Console,
  environmentOption,
  exit,
  isJson,
  json,
  outputOption,
  text,
  type Values,
} from "./command.ts";
import { progressOn } from "./progress.ts";

export const command: Command = {
  positionals: "up|down|status",
  maximumPositionals: 1,
  description:
    "Starts, stops or shows real brokers on this machine for an environment whose stack file says ${sandbox:...}: with Docker or Podman where there is one, else without (Debian or Ubuntu, as root).",
  options: {
    env: { ...environmentOption, description: "The environment (default: sandbox)" },
    "keep-data": { type: "boolean", description: "down: stop the brokers, keep what is in them" },
    output: outputOption,
  },
  run: async ([verb], values, console) => {
    const environment = text(values, "env") ?? "sandbox";
    const directory = sandboxDirectory(projectDirectory(), environment);
    switch (verb) {
      case "up":
        return up(environment, directory, values, console);
      case "down": {
        const stopped = await stopSandbox(directory, { keepData: values["keep-data"] === true });
        console.say(stopped.length > 0 ? `Stopped ${stopped.join(", ")}.\n` : "Nothing was running.\n");
        return exit.ok;
      }
      case "status": {
        const status = await sandboxStatus(directory);
        console.print(
          isJson(values) ? json(withoutPassword(status)) : renderSandbox(environment, status, console.paint),
        );
        return status.running.length > 0 && status.stopped.length === 0 ? exit.ok : exit.findings;
      }
      default:
        throw new UsageError(
          `${verb === undefined ? "Say what to do" : `"${verb}" is not something a sandbox can do`}: queueform sandbox up, down or status.`,
        );
    }
  },
};

async function up(environment: string, directory: string, values: Values, console: Console): Promise<number> {
  const conf = redisConfOf(environment);
  const progress = progressOn(console);
  await startSandbox({
    directory,
    parts: partsOf(environment),
    onProgress: progress.step,
    ...(conf !== undefined && { redisConf: conf }),
  });
  progress.end();
  const status = await sandboxStatus(directory);
  console.print(
    isJson(values) ? json(withoutPassword(status)) : renderSandbox(environment, status, console.paint),
  );
  return exit.ok;
}

/** The parts that the stack file refers to as `${sandbox:...}`. */
function partsOf(environment: string): Part[] {
  const problems: string[] = [];
  const stack = readEnvironment(projectDirectory(), environment, ({ what }) => problems.push(what));
  if (!stack) throw new UsageError(`The stack file of ${environment} has errors: ${problems.join(" ")}`);
  const wanted = (["rabbitmq", "kafka", "redis", "kubernetes"] as const).filter((part) =>
    stack.source.text.includes(`\${sandbox:${part}}`),
  );
  if (wanted.length === 0)
    throw new UsageError(
      `${stack.source.path} asks for no sandbox. Write for example "rabbitmq: { main: \${sandbox:rabbitmq} }" under clusters.`,
    );
  return wanted;
}

/** The sandbox's Redis runs the configuration that the topology asks for; with several the first by name. */
function redisConfOf(environment: string): string | undefined {
  const { model } = load([], environment);
  const servers = model?.ofKind<Parameters<typeof redisConf>[0], never>("redis-server") ?? [];
  const first = servers.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
  return first && redisConf(first.value);
}

function withoutPassword(status: Awaited<ReturnType<typeof sandboxStatus>>): unknown {
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) => (key === "password" ? undefined : value)),
  );
}
