import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import { noSecrets } from "../brokers/project.ts";
import { rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { type Stage, stageOn } from "./stage.ts";

let stage: Stage;
const client = rabbitmqClient();
const both =
  "  exchanges: { orders: { type: topic } }\n  queues: { orders.a: {}, orders.b: { bind: [{ exchange: orders, key: x }] }, theirs: {} }\n";
const fewer = "  exchanges: { orders: { type: topic } }\n  queues: { orders.a: {} }\n";

beforeEach(async () => {
  stage = stageOn({ rabbitmq: sharedRabbitmq() });
  await stage.apply(stage.plan(both));
});
afterEach(() => stage.clear());

const prune = (text: string) =>
  applyPlan(stage.plan(text), stage.environment, noSecrets, {
    allow: [],
    prune: true,
    onProgress: () => undefined,
  });
const queues = async () => (await client.definitions(stage.name))?.queues?.map(({ name }) => name).toSorted();

describe("names that a topology claims", () => {
  test("are all that is reported: the rest is other people's", async () => {
    const keys = async (text: string) =>
      (await stage.drift(stage.plan(text))).unmanaged.map(({ key }) => key);
    const binding = stage.key("binding", "orders", "queue", "orders.b", "x");
    expect(await keys(`  owns: ["orders", "orders.*"]\n${fewer}`)).toEqual([
      binding,
      stage.key("queue", "orders.b"),
    ]);
    expect(await keys(fewer)).toEqual([
      binding,
      stage.key("queue", "orders.b"),
      stage.key("queue", "theirs"),
    ]);
  });

  test("are all that --prune deletes", async () => {
    await prune(fewer);
    expect(await queues()).toEqual(["orders.a", "orders.b", "theirs"]);
    const result = await prune(`  owns: ["orders.*"]\n${fewer}`);
    expect(result).toMatchObject({ refused: [], failed: [], unmanaged: [] });
    expect(await queues()).toEqual(["orders.a", "theirs"]);
  });
});
