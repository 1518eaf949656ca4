import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { sandboxStatus, startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import type { Part, SandboxState } from "../../src/sandbox/state.ts";

declare module "vitest" {
  export interface ProvidedContext {
    sandbox: SandboxState;
  }
}

const directory = join(import.meta.dirname, "../../.queueform/sandbox/test");
const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
const parts: Part[] = ["rabbitmq", "kafka", "redis"];

/**
 * One set of real brokers for all tests of a run; each test keeps to a vhost and to names of its own there. Brokers that
 * ran before (`queueform sandbox up --env test`) are used and stay up, which saves their start while one works on a test.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { running } = await sandboxStatus(directory);
  project.provide("sandbox", await startSandbox({ directory, parts, onProgress }));
  return async () => {
    const started = parts.filter((part) => !running.includes(part));
    if (started.length > 0) await stopSandbox(directory, { parts: started });
  };
}
