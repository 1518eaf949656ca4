import { join } from "node:path";
import { runCommand, succeeds } from "../command.ts";
import { SandboxError } from "../error.ts";
import { hashOf } from "../random.ts";
import type { Work } from "../work.ts";

let found: string | undefined;

/** The command of a container engine that answers within five seconds: a client alone is not enough. */
export async function containerEngine(): Promise<string | undefined> {
  for (const engine of ["docker", "podman"]) {
    if (found === undefined && (await succeeds([engine, "info"], 5_000))) found = engine;
  }
  return found;
}

/** Runs `compose` for the sandbox in a directory and returns what it prints. Throws SandboxError when it fails. */
export async function compose(directory: string, args: readonly string[], work: Work): Promise<string> {
  const engine = await containerEngine();
  if (engine === undefined) {
    throw new SandboxError(
      "This sandbox runs in containers, but no container engine answers. Start it and try again.",
    );
  }
  const project = `queueform-${hashOf(directory)}`;
  const command = [engine, "compose", "-p", project, "-f", composeFile(directory), ...args];
  return runCommand(command, { purpose: `\`${engine} compose ${args[0]}\`` }, work);
}

export function composeFile(directory: string): string {
  return join(directory, "compose.yaml");
}
