import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allParts, type Part, type PartStates, partsOf, type SandboxState, writeState } from "../state.ts";
import type { SandboxWork } from "../work.ts";
import { compose, composeFile } from "./engine.ts";
import { containerOf, type PartContainer } from "./services.ts";

const deleteContainers = ["rm", "--stop", "--force", "--volumes"];

/**
 * Brings the containers of the wanted parts up, and returns what waits until one of them answers. Throws SandboxError
 * when the engine can't start them.
 */
export async function startCompose(
  sandbox: SandboxWork,
  state: SandboxState,
  wanted: readonly Part[],
): Promise<(part: Part) => Promise<PartStates[Part]>> {
  const { directory, progress } = sandbox;
  mkdirSync(directory, { recursive: true });
  const containers = new Map<Part, PartContainer<Part>>();
  for (const part of allParts) {
    const isListed = wanted.includes(part) || state[part] !== undefined;
    if (isListed) containers.set(part, await containerOf(part, sandbox, state));
  }
  const services = Object.fromEntries([...containers].map(([part, { service }]) => [part, service]));
  // Tells how to stop the containers, should none of them ever answer.
  writeState(directory, state);
  // JSON is YAML. It holds the password of RabbitMQ.
  const file = `${JSON.stringify({ services }, undefined, 2)}\n`;
  writeFileSync(composeFile(directory), file, { mode: 0o600 });
  // Left by a start that was killed: nobody knows the password or the identity that belongs to their data.
  const unknown = wanted.filter((part) => state[part] === undefined);
  if (unknown.length > 0) await compose(directory, [...deleteContainers, ...unknown], sandbox);
  progress(`Starting ${wanted.join(", ")} in containers; the first time downloads their images`);
  if (wanted.length > 0) await compose(directory, ["up", "--detach", "--wait", ...wanted], sandbox);
  return (part) => containers.get(part)!.confirm();
}

/** Stops the containers of some parts and returns those that the sandbox had. */
export async function stopCompose(
  directory: string,
  state: SandboxState,
  parts: readonly Part[],
  keepData: boolean,
): Promise<Part[]> {
  const listed = partsOf(state);
  const stopping = listed.filter((part) => parts.includes(part));
  const silent = { progress: (): void => {} };
  if (!keepData) for (const part of parts) rmSync(join(directory, part), { recursive: true, force: true });
  if (!existsSync(composeFile(directory))) return stopping;
  if (stopping.length === listed.length && !keepData) await compose(directory, ["down", "--volumes"], silent);
  else if (stopping.length === 0) return stopping;
  else await compose(directory, [...(keepData ? ["stop"] : deleteContainers), ...stopping], silent);
  return stopping;
}
