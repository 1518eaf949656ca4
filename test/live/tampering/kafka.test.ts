import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { AclEntry } from "../../../src/brokers/kafka-acl.ts";
import type { KafkaClient } from "../../../src/brokers/kafka.ts";
import type { Environment } from "../../../src/environment/environment.ts";
import { type Drift, drift } from "../../../src/live/drift.ts";
import { observe } from "../../../src/live/observe.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { environmentOf, planFrom } from "../../brokers/project.ts";
import { kafkaClient, ownName, sharedKafka } from "../../brokers/sandboxes.ts";
import { until } from "../../kinds/job-queues/stage.ts";
import { linesOf } from "./by-hand.ts";

const name = ownName("tampering");
const secret = (of: string): string => `the ${of} of ${name}`;
const topic = `${name}.placed`;
const web = `web-${name}`;

const topology = `
kafka:
  topics:
    ${topic}:
      partitions: 2
      replication: 1
      retention: 7d
      cleanup: [compact, delete]
      config: { max.message.bytes: 2000000, unclean.leader.election.enable: false, min.cleanable.dirty.ratio: 0.5 }
      producers: [web]
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 1048576 } }
`;

let client: KafkaClient;
let environment: Environment;
let plan: Plan;

/** Without what other tests have on the shared Kafka. */
async function look(): Promise<Drift> {
  const found = drift(plan, await observe(plan, environment, secret));
  return { ...found, unmanaged: found.unmanaged.filter(({ key }) => key.includes(name)) };
}

async function mend(): Promise<void> {
  const found = await look();
  const allow = [...found.changed, ...found.unmanaged].map(({ key }) => key);
  await applyPlan(plan, environment, secret, { allow, onProgress: () => undefined });
  // Brokers learn from the controller a moment later.
  await until(async () => (await lines()).length === 0);
}

const lines = async (): Promise<string[]> => linesOf(await look(), "kafka/main/");

const acl = (more: Partial<AclEntry>): AclEntry => ({
  resourceType: "Topic",
  resourceName: topic,
  patternType: "Literal",
  principal: `User:${web}`,
  host: "*",
  operation: "Write",
  permission: "Allow",
  ...more,
});
const set = (values: Record<string, string>, reset: string[] = []) =>
  client.alterConfigs([{ topic, set: values, reset }]);

type Case = readonly [what: string, tamper: () => Promise<unknown>, lines: readonly string[]];
const cases: Case[] = [
  [
    "topic: another retention",
    () => set({ "retention.ms": "5000" }),
    [`changed topic/${topic} config.retention.ms: "5000" -> "604800000"`],
  ],
  [
    "topic: a config taken away",
    () => set({}, ["max.message.bytes"]),
    [`changed topic/${topic} config.max.message.bytes: undefined -> "2000000"`],
  ],
  [
    "topic: a config added",
    () => set({ "segment.ms": "60000" }),
    [`changed topic/${topic} config.segment.ms: "60000" -> undefined`],
  ],
  [
    "topic: compacted",
    () => set({ "cleanup.policy": "compact" }),
    [`changed topic/${topic} config.cleanup.policy: "compact" -> CLEANUP`],
  ],
  [
    "topic: the same values in other spellings",
    () =>
      set({
        "cleanup.policy": "delete, compact",
        "max.message.bytes": "02000000",
        "unclean.leader.election.enable": "FALSE",
        "min.cleanable.dirty.ratio": ".50",
        "segment.ms": "60000",
      }),
    [`changed topic/${topic} config.segment.ms: "60000" -> undefined`],
  ],
  [
    "topic: more partitions",
    () => client.createPartitions([{ topic, count: 3 }]),
    [`changed topic/${topic} partitions: 3 -> 2`],
  ],
  ["topic: deleted", () => client.deleteTopics([topic]), [`missing topic/${topic}`]],
  [
    "topic: one that nobody declared",
    () => client.createTopics([{ name: `${name}.theirs`, partitions: 1, replicationFactor: 1, config: {} }]),
    [`unmanaged topic/${name}.theirs`],
  ],
  ["acl: deleted", () => client.access.deleteAcls([acl({})]), ["missing acl WRITE"]],
  [
    "acl: for one host only",
    async () => {
      await client.access.deleteAcls([acl({})]);
      await client.access.createAcls([acl({ host: "10.0.0.1" })]);
    },
    ["missing acl WRITE", "unmanaged acl WRITE"],
  ],
  [
    "acl: one that shuts somebody out",
    () => client.access.createAcls([acl({ permission: "Deny", operation: "All" })]),
    ["unmanaged acl ALL"],
  ],
  [
    "acl: a stranger may read",
    () => client.access.createAcls([acl({ principal: "User:stranger", operation: "Read" })]),
    ["unmanaged acl READ"],
  ],
  [
    "quota: another limit",
    () => client.access.alterQuotas([{ user: web, limits: { producer_byte_rate: 5 } }]),
    [`changed quota/${web} limits.producer_byte_rate: 5 -> 1048576`],
  ],
  [
    "quota: a limit added",
    () => client.access.alterQuotas([{ user: web, limits: { consumer_byte_rate: 5 } }]),
    [`changed quota/${web} limits.consumer_byte_rate: 5 -> undefined`],
  ],
  [
    "quota: taken away",
    () => client.access.alterQuotas([{ user: web, limits: { producer_byte_rate: undefined } }]),
    [`missing quota/${web}`],
  ],
  ["user: deleted", () => client.access.deleteScramUsers([web]), [`missing user/${web}`]],
  [
    "user: one of a name that belongs to applications",
    () => client.access.putScramUsers([{ name: `former-${name}`, password: "theirs" }]),
    [`unmanaged user/former-${name}`],
  ],
];

/** Keys of ACLs say all that they do: the operation is enough here. */
const shortened = (line: string): string =>
  line
    .replace(
      /^(\w+) acl\/.*?(write|read|all|describe).*$/i,
      (_line, pile, what) => `${String(pile)} acl ${String(what).toUpperCase()}`,
    )
    .replace(/(config.cleanup.policy: "compact" -> ).*/, "$1CLEANUP");

describe("by hand on Kafka", () => {
  beforeAll(async () => {
    client = await kafkaClient();
    environment = environmentOf({
      kafka: { ...sharedKafka(), access: "managed", principal: `{app}-${name}` },
    });
    plan = planFrom(topology, environment);
    await mend();
  });
  afterEach(() => mend());
  afterAll(async () => {
    const found = await look();
    const everything = [...plan.objects, ...found.unmanaged].map(({ key }) => key);
    await applyPlan({ ...plan, objects: [] }, environment, secret, {
      allow: everything,
      onProgress: () => undefined,
    });
    await client.deleteTopics([topic]);
    await client.access.deleteAcls(
      (await client.access.acls()).filter(({ resourceName }) => resourceName.startsWith(name)),
    );
    await client.access.deleteScramUsers([web]);
    await client.close();
  });

  test.each(cases)("%s", async (_what, tamper, expected) => {
    await tamper();
    await expect.poll(async () => (await lines()).map(shortened).toSorted()).toEqual(expected.toSorted());
  });

  test("user: another password can't be seen, and is counted as not checked instead of as equal", async () => {
    await client.access.putScramUsers([{ name: web, password: "theirs" }]);
    const found = await look();
    expect(linesOf(found, "")).toEqual([]);
    expect(found.unchecked).toMatchObject([{ key: `kafka/main/user/${web}`, cause: "unreadable" }]);
  });
});
