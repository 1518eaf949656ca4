import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alterPartitionReassignmentsV0 } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLive } from "../../src/adopt/sources/live.ts";
import { openConnection } from "../../src/brokers/kafka-connection.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { inspect } from "../../src/live/inspect.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import type { KafkaState } from "../../src/sandbox/state.ts";
import { planTakeover } from "../../src/stack/takeover.ts";
import { nothingFound, type Stage, stageOn } from "../apply/stage.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { secondKafka, type SecondKafka } from "../brokers/second-kafka.ts";
import { queueform } from "../cli/run.ts";

const patience = { timeout: 60_000, interval: 500 };
const directory = mkdtempSync(join(tmpdir(), "queueform-brokers-"));
let kafka: KafkaState;
let second: SecondKafka;
let environment: Environment;
let stage: Stage;

beforeAll(async () => {
  const started = await startSandbox({ directory, parts: ["kafka"], mode: "native" });
  if (!started.kafka) throw new Error("The sandbox did not start a Kafka.");
  ({ kafka } = started);
  second = await secondKafka(directory, kafka);
  await second.start();
  environment = environmentOf({ kafka });
  stage = stageOn({ kafka });
});
afterAll(async () => {
  await second.stop();
  await stopSandbox(directory);
  rmSync(directory, { recursive: true, force: true });
});

const topics = `kafka:
  topics:
    copied: { partitions: 2, replication: 2, consumers: { slow: { maxLag: 1 } } }
    single: { partitions: 4, replication: 1, consumers: { slow: { maxLag: 1 } } }
`;

/** What is not well by check and topic; nothing may differ from the files meanwhile. */
async function ailments(plan: Plan): Promise<Record<string, string>> {
  const { ailments: found, drift } = await inspect(plan, environment, noSecrets);
  expect(drift).toMatchObject(nothingFound);
  return Object.fromEntries(
    found.map(({ check, key = "", sentence }) => [`${check} ${key.split("/").at(-1)}`, sentence]),
  );
}

test("a broker that is down leaves partitions without copies and without a leader, which is a warning and no drift", async () => {
  const plan = planFrom(topics);
  await stage.apply(plan);
  await expect.poll(() => ailments(plan), patience).toEqual({});
  await second.stop();
  await expect
    .poll(async () => Object.keys(await ailments(plan)).toSorted(), patience)
    .toEqual(["no-leader single", "under-replicated copied"]);
  const found = await ailments(plan);
  expect(found["under-replicated copied"]).toMatch(/^Copies of partitions 0, 1 are missing or behind\. /);
  expect(found["no-leader single"]).toMatch(
    /^Nobody leads partitions [0-3], [0-3], so nothing can be written/,
  );

  const project = join(directory, "project");
  for (const folder of ["stacks", "topology"]) mkdirSync(join(project, folder), { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  writeFileSync(
    join(project, "stacks/Pulumi.own.yaml"),
    `config:\n  queueform:environment: { engine: direct, clusters: { kafka: { main: { bootstrap: ["${kafka.bootstrap[0]}"], tls: false } } } }\n`,
  );
  writeFileSync(join(project, "topology/a.yaml"), `apiVersion: queueform/v1\ndomain: a\n${topics}`);
  const { code, stdout } = await queueform(["drift", "--env", "own"], project);
  expect(code).toBe(0);
  expect(stdout).toContain("Nobody leads partitions");
  expect(stdout).toContain("Copies of partitions 0, 1 are missing or behind");

  await second.start();
  await expect.poll(() => ailments(plan), patience).toEqual({});
});

test("a topic whose partitions have different numbers of copies is drift, is not imported, and fails no import into Pulumi", async () => {
  const one = planFrom("kafka: { topics: { uneven: { partitions: 2, replication: 1 } } }");
  const two = planFrom("kafka: { topics: { uneven: { partitions: 2, replication: 2 } } }");
  await stage.apply(one);
  const { connection } = await openConnection({ bootstrap: kafka.bootstrap, tls: false });
  const replicas = [{ name: "uneven", partitions: [{ partitionIndex: 0, replicas: [1, 2] }] }];
  await alterPartitionReassignmentsV0.api.async(connection, 10_000, true, replicas);
  await connection.close();
  const differs = async (plan: Plan): Promise<unknown[]> =>
    (await stage.drift(plan)).changed.flatMap(({ fields }) =>
      fields.map(({ before, after }) => [before, after]),
    );
  await expect.poll(() => differs(one), patience).toEqual([[2, 1]]);
  expect(await differs(two)).toEqual([[1, 2]]);

  const read = await readLive(environment, undefined, noSecrets, false);
  expect(read.objects.map(({ key }) => key)).not.toContain("kafka/main/topic/uneven");
  expect(read.notes).toMatchObject([
    { key: "kafka/main/topic/uneven", text: expect.stringContaining("have 1 to 2 copies") },
  ]);

  const { takeover } = await planTakeover(one, environment, noSecrets);
  expect(takeover).toMatchObject({
    found: [],
    shown: [{ op: "create", exists: true, why: expect.stringContaining("1 to 2 copies, and Pulumi") }],
  });

  await stage.apply(two);
  await expect.poll(() => differs(two), patience).toEqual([]);
  expect((await planTakeover(two, environment, noSecrets)).takeover).toMatchObject({
    found: [{ id: "uneven" }],
    shown: [],
  });
});
