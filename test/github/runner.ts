import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs lines of workflows as GitHub does, with the npx that npm would have installed; folders are inside `directory`. */
export class Runner {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(join(directory, "bin"));
    const binary = join(import.meta.dirname, "../../bin/queueform.mjs");
    writeFileSync(
      join(directory, "bin/npx"),
      `#!/bin/sh\n[ "$1" = queueform ] || exit 99\nshift\nexec "${process.execPath}" "${binary}" "$@"\n`,
    );
    chmodSync(join(directory, "bin/npx"), 0o755);
  }

  step(run: string, folder: string, environment: NodeJS.ProcessEnv): Promise<Ran> {
    const path = `${join(this.#directory, "bin")}${delimiter}${process.env["PATH"]}`;
    const child = spawn("bash", ["-e", "-c", run], {
      cwd: join(this.#directory, folder),
      env: { PATH: path, HOME: this.#directory, ...environment },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, output }));
    });
  }
}
