import { execFile } from "node:child_process";
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { startSandbox, stopSandbox, type Part, type SandboxState } from "../../src/sandbox/sandbox.ts";

const root = join(import.meta.dirname, "../..");

/** A Pulumi that is installed on this machine. The one under node_modules would download the engine first. */
export const engine = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((directory) => !directory.split(sep).includes("node_modules"))
  .map((directory) => join(directory, "pulumi"))
  .find(isExecutable);

/** For the titles of tests that need one. */
export const note = engine ? "" : " (skipped: there is no Pulumi engine on PATH)";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Result {
  readonly code: number;
  readonly stdout: string;
  /** What went to either stream. */
  readonly output: string;
}

/** One step of a preview: what would happen to an object. */
export interface Step {
  readonly op: string;
  /** Type and logical name. */
  readonly resource: string;
}

/** This project as a fresh clone would be, with brokers of its own for the environment dev. */
export class Clone {
  readonly directory = mkdtempSync(join(tmpdir(), "queueform-engine-"));
  /** What the commands of Queueform's own get as environment variables, by name. Pulumi keeps its secrets itself. */
  protected readonly secrets: Record<string, string> = {};
  private readonly sandboxes = new Set<string>();
  private readonly said: string[] = [];

  constructor(files: readonly string[] = []) {
    for (const path of ["Pulumi.yaml", "package.json", "bin", "src", "schema", ...files]) {
      cpSync(join(root, path), join(this.directory, path), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.directory, path, ".."), { recursive: true });
    writeFileSync(join(this.directory, path), text);
  }

  start(parts: Part[], rabbitmqVersion: "4" | "3.10" = "4", environment = "dev"): Promise<SandboxState> {
    const directory = join(this.directory, ".queueform/sandbox", environment);
    this.sandboxes.add(directory);
    return startSandbox({ directory, parts, rabbitmqVersion });
  }

  async remove(): Promise<void> {
    for (const directory of this.sandboxes) await stopSandbox(directory);
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs Pulumi and returns what it says. Throws unless it succeeds. */
  async pulumi(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<string> {
    return expectSuccess(args, await this.runPulumi(args, variables));
  }

  /** The same for what Pulumi must not do. Throws if it does. */
  async refused(args: readonly string[]): Promise<string> {
    const { code, output } = await this.runPulumi(args);
    if (code === 0) throw new Error(`\`pulumi ${args.join(" ")}\` succeeded:\n${output}`);
    return output;
  }

  async queueform(args: readonly string[]): Promise<string> {
    return expectSuccess(args, await this.runQueueform(args));
  }

  /** What a second run, a refresh and `queueform drift` find to complain of. */
  async differences(): Promise<string[]> {
    const nothing = ["--expect-no-changes", "--stack=dev"];
    const second = await this.runPulumi(["up", "--yes", "--refresh", ...nothing]);
    const refresh = await this.runPulumi(["refresh", "--preview-only", ...nothing]);
    return [...complaints(second), ...complaints(refresh), ...(await this.drift())];
  }

  async drift(): Promise<string[]> {
    return complaints(await this.runQueueform(["drift", "--env", "dev"]));
  }

  /** Runs the commands under "The first `pulumi up`" in the README, as a person would who says yes to what `up` asks. */
  async firstCommands(): Promise<void> {
    const readme = readFileSync(join(this.directory, "README.md"), "utf8");
    const commands = /<!-- first-commands -->\s*```sh\n(.*?)```/s.exec(readme)?.[1];
    if (commands === undefined) throw new Error("The README has no first commands.");
    await this.paste(commands);
  }

  /** Runs lines for a shell, as a person would who says yes to what `up` asks. Throws unless all of them succeed. */
  async paste(commands: string): Promise<void> {
    expectSuccess(
      [commands],
      await this.run("bash", ["-euc", `${npx}\nexport -f npx\n${commands}`], this.secrets),
    );
  }

  /** Runs a script of the project from elsewhere, and returns what it says. Throws unless it succeeds. */
  async script(name: string): Promise<string> {
    const command = `${npx}\nexport -f npx\ncd /\n${join(this.directory, name)}`;
    return expectSuccess([name], await this.run("bash", ["-euc", command], this.secrets));
  }

  /** What the state of the stack has, by logical name. */
  async state(): Promise<Map<string, { readonly protect?: boolean }>> {
    const { deployment } = JSON.parse(await this.pulumi(["stack", "export", "--stack=dev"])) as {
      deployment: { resources: { urn: string; protect?: boolean }[] };
    };
    return new Map(
      deployment.resources.map((resource) => [resource.urn.split("::").slice(3).join("::"), resource]),
    );
  }

  /** What `pulumi up` would do, without what stays the same. */
  async preview(variables: Readonly<Record<string, string>> = {}): Promise<Step[]> {
    const output = await this.pulumi(["preview", "--stack=dev", "--json"], variables);
    const { steps } = JSON.parse(output.slice(output.indexOf("{"))) as {
      steps: { op: string; urn: string }[];
    };
    return steps
      .filter(({ op }) => op !== "same")
      .map(({ op, urn }) => ({ op, resource: urn.split("::").slice(2).join(" ") }));
  }

  /** Keeps a secret in the stack, encrypted. */
  async keepSecret(name: string, value: string): Promise<void> {
    this.secrets[name] = value;
    await this.pulumi(["config", "set", "--secret", "--stack=dev", `queueform:${name}`, value]);
  }

  /** Where a text can be read that should be nowhere: in what commands said, the exported stack, or files of Pulumi's. */
  async placesOf(text: string): Promise<string[]> {
    const files = [".pulumi", "stacks"].flatMap((folder) =>
      readdirSync(join(this.directory, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name)),
    );
    const stack = await this.pulumi(["stack", "export", "--stack=dev"]);
    return [
      ...(this.said.some((output) => output.includes(text)) ? ["what commands said"] : []),
      ...(stack.includes(text) ? ["the exported stack"] : []),
      ...files.filter((file) => readFileSync(file).includes(text)),
    ];
  }

  /** Makes the files as they are what the next `diff` compares with. */
  async commit(): Promise<void> {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    await this.run("git", ["init", "-q"]);
    await this.run("git", ["add", "topology", "stacks"]);
    const commit = ["commit", "-qm", "state", "--allow-empty"];
    expectSuccess(commit, await this.run("git", [...identity, ...commit]));
  }

  /** Approves what the files change since then, with the entries that `diff` prints. */
  async approve(reason = "nobody uses it"): Promise<void> {
    rmSync(join(this.directory, "topology/approvals.yaml"), { force: true });
    const { stdout } = await this.runQueueform(["diff", "--env", "dev", "--approvals"]);
    this.write("topology/approvals.yaml", stdout.replaceAll("TODO: say why it may be lost", reason));
  }

  /** Writes a preview and asks the gate about it. */
  async gate(...args: string[]): Promise<Result> {
    const { stdout } = await this.runPulumi(["preview", "--stack=dev", "--json", ...args]);
    this.write("preview.json", stdout);
    return this.runQueueform(["gate", "preview.json", "--env", "dev"]);
  }

  private runPulumi(
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    return this.run(engine ?? "pulumi", [...args, "--color=never"], variables);
  }

  runQueueform(args: readonly string[]): Promise<Result> {
    return this.run(process.execPath, ["bin/queueform.mjs", ...args], this.secrets);
  }

  private run(
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Result> {
    // The Node of these tests runs the program too; the state goes where Pulumi.yaml says.
    const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`;
    const {
      PULUMI_BACKEND_URL: _,
      PULUMI_STACK: __,
      PULUMI_CONFIG_PASSPHRASE_FILE: ___,
      ...inherited
    } = process.env;
    const env = {
      ...inherited,
      ...variables,
      PATH: path,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      REDIS_PASSWORD: "correct horse battery staple",
    };
    return new Promise((resolve) => {
      execFile(command, args, { cwd: this.directory, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        const code = error ? Number(error.code ?? 1) : 0;
        const output = stdout + stderr;
        this.said.push(output);
        resolve({ code, stdout, output });
      });
    });
  }
}

// npx itself would take the npm package that downloads an engine, and asks on a terminal.
const npx = `npx() {
  case "$1" in
    queueform) shift; "${process.execPath}" bin/queueform.mjs "$@" ;;
    pulumi) shift; if [ "$1" = up ]; then set -- "$@" --yes; fi; "${engine}" "$@" ;;
    *) return 1 ;;
  esac
}`;

function expectSuccess(args: readonly string[], { code, output }: Result): string {
  if (code === 0) return output;
  throw new Error(`\`${args.join(" ")}\` ended with ${code}:\n${output}`);
}

const complaints = ({ code, output }: Result): string[] => (code === 0 ? [] : [output]);
