import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { Plan } from "../../src/plan/plan.ts";
import { planFrom } from "../brokers/project.ts";
import { relayHttp } from "../brokers/relays.ts";
import { sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { nothingFound, type Stage, stageOn } from "./stage.ts";

const directory = mkdtempSync(join(tmpdir(), "queueform-killed-"));
afterAll(() => rmSync(directory, { recursive: true }));

let stage: Stage;
beforeEach(() => {
  stage = stageOn({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
});
afterEach(() => stage.clear());

const queues = Array.from({ length: 150 }, (_, index) => `queue.${index}`);

function large(limit: number): Plan {
  const lines = queues.map(
    (name, index) =>
      `    ${name}: { type: ${index % 3 === 0 ? "quorum" : "classic"}, bind: [{ exchange: e, key: ${name} }], limit: { messages: ${limit} } }`,
  );
  return planFrom(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: { limits: { queues: 5000 } } }
  exchanges: { e: { type: direct } }
  queues:
${lines.join("\n")}
kafka:
  topics:
${queues
  .slice(0, 100)
  .map((name) => `    ${stage.name}.${name}: { partitions: 3, replication: 1, retention: 1d }`)
  .join("\n")}
`);
}

/** Starts an apply that is killed at the first request to RabbitMQ or the first step that `pattern` matches. */
async function applyKilledAt(pattern: RegExp, plan: Plan, delay: number): Promise<void> {
  let child: ChildProcess | undefined;
  let killed = false;
  const kill = (): boolean | undefined => child?.kill("SIGKILL");
  const killAt = async (line: string): Promise<void> => {
    if (killed || !pattern.test(line)) return;
    killed = true;
    if (delay > 0) {
      setTimeout(kill, delay);
      return;
    }
    kill();
    // What it asked for last never arrives.
    await new Promise(() => {});
  };
  const relay = await relayHttp(sharedRabbitmq().endpoint, killAt);
  const file = join(directory, "apply.json");
  const brokers = { rabbitmq: { ...sharedRabbitmq(), endpoint: relay.endpoint }, kafka: sharedKafka() };
  writeFileSync(file, JSON.stringify({ plan, brokers }));
  child = spawn(process.execPath, [join(import.meta.dirname, "apply-child.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout?.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().split("\n")) void killAt(line);
  });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  await relay.close();
  expect(signal).toBe("SIGKILL");
}

test.each([
  ["before the vhost is there", /^PUT \/api\/vhosts/, 0],
  ["before the import", /^POST \/api\/definitions/, 0],
  ["in the middle of the import", /^POST \/api\/definitions/, 150],
  ["while Kafka makes the topics", /^Kafka main: creating/, 20],
])("killed %s, the next run finishes", async (_name, pattern, delay) => {
  const plan = large(100);
  await applyKilledAt(pattern, plan, delay);
  expect(await stage.apply(plan)).toMatchObject({ refused: [], failed: [], problems: [] });
  expect(await stage.drift(plan)).toMatchObject(nothingFound);
});

test.each([
  ["before new policies are written", /^POST \/api\/definitions/, 0],
  ["before old policies are deleted", /^DELETE \/api\/policies/, 0],
  ["after the first old policy is deleted", /^DELETE \/api\/policies/, 30],
])("killed %s, the next run finishes", async (_name, pattern, delay) => {
  await stage.apply(large(100));
  await applyKilledAt(pattern, large(50), delay);
  expect(await stage.apply(large(50))).toMatchObject({ refused: [], failed: [], problems: [] });
  expect(await stage.drift(large(50))).toMatchObject(nothingFound);
});
