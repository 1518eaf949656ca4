import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedKafka } from "../brokers/sandboxes.ts";
import { appsStage, type AppsStage, fine } from "./apps-stage.ts";

let stage: AppsStage;

const plan = (producers: string) =>
  stage.plan(`
kafka:
  topics:
    ${stage.name}.placed:
      partitions: 1
      replication: 1
      deadLetter: true
      producers: [${producers}]
      consumers: { ${stage.name}.billing: { app: billing } }
  apps:
    web: { password: "\${secret:WEB}" }
    billing: { password: "\${secret:BILLING}" }
    stranger: { password: "\${secret:STRANGER}" }
`);

beforeAll(async () => {
  stage = appsStage();
  expect(await stage.apply(plan("web"))).toMatchObject(fine);
});
afterAll(() => stage.clear());

const client = (app: string, password = app.toUpperCase()) => ({
  clientId: app,
  bootstrapBrokers: sharedKafka().loginBootstrap!,
  retries: 0,
  sasl: {
    mechanism: "SCRAM-SHA-512" as const,
    username: stage.user(app),
    password: stage.secret(password),
  },
});

/** "done", or what the broker said against it. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    const seen = new Set<unknown>();
    const told = (one: unknown): string[] => {
      if (!(one instanceof Error) || seen.has(one)) return [];
      seen.add(one);
      const inner = one instanceof AggregateError ? one.errors.flatMap(told) : [];
      return [String((one as { apiId?: unknown }).apiId ?? ""), one.message, ...told(one.cause), ...inner];
    };
    return told(error).join(" ");
  }
}

async function produce(app: string, topic: string, password?: string): Promise<string> {
  const producer = new Producer({ ...client(app, password), serializers: stringSerializers });
  try {
    return await outcome(producer.send({ messages: [{ topic, key: "k", value: "v" }], acks: -1 }));
  } finally {
    await producer.close();
  }
}

async function consume(app: string, group: string): Promise<string> {
  const consumer = new Consumer({
    ...client(app),
    groupId: `${stage.name}.${group}`,
    deserializers: stringDeserializers,
  });
  try {
    const work = (async () => {
      const stream = await consumer.consume({
        topics: [`${stage.name}.placed`],
        mode: "earliest",
        maxWaitTime: 200,
      });
      for await (const _ of stream) break;
    })();
    return await outcome(work);
  } finally {
    await consumer.close(true);
  }
}

const refused = /TOPIC_AUTHORIZATION_FAILED|not authorized/i;

test("who has the right may produce and consume, nobody else, and nothing else", async () => {
  const placed = `${stage.name}.placed`;
  expect(await produce("web", placed)).toBe("done");
  expect(await produce("billing", `${placed}.dlt`)).toBe("done");
  expect(await produce("billing", placed)).toMatch(refused);
  expect(await produce("web", `${placed}.dlt`)).toMatch(refused);
  expect(await produce("stranger", placed)).toMatch(refused);
  // The first group of a new broker has to wait until there is a coordinator.
  await expect.poll(() => consume("billing", "billing"), { timeout: 60_000 }).toBe("done");
  expect(await consume("web", "billing")).toMatch(/AUTHORIZATION_FAILED|not authorized/i);
});

test("a wrong password is refused", async () => {
  expect(await produce("web", `${stage.name}.placed`, "OTHER")).toMatch(/SASL|authentication/i);
});

test("a stranger who becomes a producer may produce", async () => {
  const placed = `${stage.name}.placed`;
  expect(await produce("stranger", placed)).toMatch(refused);
  expect(await stage.apply(plan("web, stranger"))).toMatchObject({ ...fine, sent: { created: 2 } });
  await expect.poll(() => produce("stranger", placed)).toBe("done");
});
