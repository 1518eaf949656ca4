import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImpactLevel } from "../../../src/kinds/kind.ts";
import type { Change } from "../../../src/review/changes.ts";
import { review, worstImpact } from "../../../src/review/review.ts";
import { rabbitmqClient } from "../../brokers/sandboxes.ts";
import { RabbitmqTrial } from "./rabbitmq.ts";

let trial: RabbitmqTrial;
beforeEach(() => {
  trial = new RabbitmqTrial();
});
afterEach(() => trial.clear());

const worst = (changes: readonly Change[]): ImpactLevel | undefined =>
  worstImpact([{ notes: [], changes, routing: [] }]);
const soon = { timeout: 30_000 };

/** Makes a change for real after `prepare`, and returns the worst that a reviewer is told of it. */
async function make(
  before: string,
  after: string,
  prepare: () => Promise<void> = () => trial.publishFive(),
): Promise<ImpactLevel | undefined> {
  const plan = trial.plan(before);
  await trial.apply(plan);
  await prepare();
  const changes = await trial.change(plan, trial.plan(after));
  return worst(changes);
}

const q = (words: string): string => `  queues: { q: { ${words} } }`;
/** A queue of type classic, because that is the type whose messages count at once. */
const classic = (words: string): string => q(`type: classic, ${words}`);

describe("five messages that wait in a queue", () => {
  test.each<[what: string, before: string, after: string, left: number | undefined]>([
    ["its type changes", q("type: quorum"), q("type: classic"), 0],
    ["its durability changes", classic("durable: true"), classic("durable: false"), 0],
    ["it becomes auto-delete", classic("autoDelete: false"), classic("autoDelete: true"), 0],
    ["it gets priorities", classic("bind: []"), classic("priorities: 5"), 0],
    [
      "it gets a lifetime as an argument",
      classic("bind: []"),
      classic("arguments: { x-message-ttl: 3600000 }"),
      0,
    ],
    ["it gets a single active consumer", q("bind: []"), q("singleActiveConsumer: true"), 0],
    ["it gets dead letters", classic("bind: []"), classic("deadLetter: true"), 0],
    ["it is renamed", classic("bind: []"), "  queues: { q2: { type: classic } }", undefined],
    ["it is deleted", classic("bind: []"), "  queues: {}", undefined],
    ["its limit falls to three", classic("limit: { messages: 9 }"), classic("limit: { messages: 3 }"), 3],
    ["its limit in bytes falls", classic("limit: { bytes: 1Mi }"), classic("limit: { bytes: 2 }"), 2],
    [
      "a policy with a lower limit takes over",
      `  policies: { a: { pattern: "^q$", priority: 2, definition: { max-length: 9 } }, b: { pattern: "^q$", priority: 1, definition: { max-length: 2 } } }\n${classic("")}`,
      `  policies: { a: { pattern: "^q$", priority: 2, definition: { max-length: 9 } }, b: { pattern: "^q$", priority: 3, definition: { max-length: 2 } } }\n${classic("")}`,
      2,
    ],
  ])("are lost when %s, as is said", async (_what, before, after, left) => {
    expect(await make(before, after)).toBe("message-loss");
    await expect.poll(() => trial.count(), soon).toBe(left);
  });

  test("are lost when it expires without consumers, as is said", async () => {
    expect(await make(classic("bind: []"), classic("expires: 500ms"))).toBe("message-loss");
    // Asking the queue itself would keep it alive.
    await expect.poll(() => trial.exists(), soon).toBe(false);
  });

  test.each(["classic", "quorum"])(
    "of type %s are kept when their lifetime falls, but not those that come after, as is said",
    async (type) => {
      const both = (ttl: string): string =>
        `  queues: { q: { type: ${type}, ttl: ${ttl} }, r: { type: ${type}, ttl: ${ttl} } }`;
      expect(await make(both("1h"), both("100ms"))).toBe("message-loss");
      expect(await trial.publish("", "r")).toBe("taken");
      await expect.poll(() => trial.count("r"), soon).toBe(0);
      expect(await trial.reject("q", true)).toBe("1");
      expect(await trial.count()).toBe(5);
    },
  );

  test.each<[what: string, before: string, after: string]>([
    ["its limit rises", classic("limit: { messages: 5 }"), classic("limit: { messages: 9 }")],
    ["its limit goes", classic("limit: { messages: 5 }"), classic("bind: []")],
    ["its lifetime rises", classic("ttl: 1h"), classic("ttl: 2h")],
    ["its delivery limit rises", q("deliveryLimit: 3"), q("deliveryLimit: 5")],
    [
      "only the name of its policy changes",
      `  policies: { a: { pattern: "^q$", definition: { max-length: 5 } } }\n${classic("")}`,
      `  policies: { b: { pattern: "^q$", definition: { max-length: 5 } } }\n${classic("")}`,
    ],
    [
      "only the priority of its policy changes",
      `  policies: { a: { pattern: "^q$", definition: { max-length: 5 } } }\n${classic("")}`,
      `  policies: { a: { pattern: "^q$", priority: 7, definition: { max-length: 5 } } }\n${classic("")}`,
    ],
    [
      "another queue is bound beside it",
      `  exchanges: { x: { type: fanout } }\n${classic("bind: [{ exchange: x }]")}`,
      `  exchanges: { x: { type: fanout } }\n  queues: { q: { type: classic, bind: [{ exchange: x }] }, r: { bind: [{ exchange: x }] } }`,
    ],
  ])("are kept when %s, which is safe", async (_what, before, after) => {
    expect(await make(before, after)).toBe("safe");
    expect(await trial.publish("", "q")).toBe("taken");
    // At a limit of five, one of the old makes room for that one.
    await expect.poll(() => trial.count(), soon).toBeGreaterThanOrEqual(5);
  });

  test("are kept when the queue refuses more, and publishers are refused: an outage", async () => {
    const impact = await make(
      classic("limit: { messages: 9, overflow: reject-publish }"),
      classic("limit: { messages: 3, overflow: reject-publish }"),
    );
    expect(impact).toBe("outage");
    await expect.poll(() => trial.publish("", "q"), soon).toBe("refused");
    expect(await trial.count()).toBe(5);
  });

  test("are kept when a full queue refuses instead of dropping, and publishers are refused: an outage", async () => {
    const impact = await make(
      classic("limit: { messages: 5 }"),
      classic("limit: { messages: 5, overflow: reject-publish }"),
    );
    expect(impact).toBe("outage");
    await expect.poll(() => trial.publish("", "q"), soon).toBe("refused");
    expect(await trial.count()).toBe(5);
  });

  test("lose the oldest when a full queue drops instead of refusing", async () => {
    const impact = await make(
      classic("limit: { messages: 5, overflow: reject-publish }"),
      classic("limit: { messages: 5, overflow: drop-head }"),
    );
    expect(impact).toBe("message-loss");
    await expect.poll(() => trial.publish("", "q", "new"), soon).toBe("taken");
    await expect.poll(() => trial.reject("q", true), soon).toBe("2");
  });

  test("go with their vhost, though the files still declare the queue", async () => {
    const before = trial.plan(classic("bind: []"));
    await trial.apply(before);
    await trial.publishFive();
    const after = { objects: before.objects.filter(({ kind }) => kind !== "rabbitmq-vhost") };
    const vhost = `rabbitmq/main/${trial.vhost}/vhost`;
    expect(review(before, after).changes).toMatchObject([
      { kind: "rabbitmq-queue", effect: "deletes", impact: "message-loss", takenAlongBy: vhost },
      { key: vhost, effect: "deletes", impact: "message-loss" },
    ]);
    const client = rabbitmqClient();
    await client.deleteVhost(trial.vhost);
    client.close();
    await trial.apply(before);
    expect(await trial.count()).toBe(0);
  });
});

describe("a message that was redelivered three times", () => {
  test("is dropped when the delivery limit falls below that", async () => {
    const impact = await make(q("deliveryLimit: 10"), q("deliveryLimit: 1"), async () => {
      await trial.publish("", "q");
      for (let time = 0; time < 3; time++) await trial.reject("q", true);
    });
    expect(impact).toBe("message-loss");
    await trial.reject("q", true);
    await expect.poll(() => trial.count(), soon).toBe(0);
  });
});

describe("a rejected message", () => {
  const dead =
    "  exchanges: { dead: { type: direct } }\n  queues: { dlq: { type: classic, bind: [{ exchange: dead, key: a }] }, q: { type: classic";
  const rejectOne = async (): Promise<void> => {
    await trial.publish("", "q");
    expect(await trial.reject()).toBe("x");
    await expect.poll(() => trial.count(), soon).toBe(0);
    // One that goes straight to the exchange comes after those that died before.
    expect(await trial.publish("dead", "a", "straight")).toBe("taken");
  };

  test.each<[what: string, before: string, after: string, impact: ImpactLevel, arrived: number]>([
    [
      "is kept once there is a dead-letter exchange",
      "",
      ", deadLetter: { exchange: dead, key: a }",
      "safe",
      2,
    ],
    ["is dropped once there is none", ", deadLetter: { exchange: dead, key: a }", "", "message-loss", 1],
    [
      "is dropped when nobody is bound to its new key",
      ", deadLetter: { exchange: dead, key: a }",
      ", deadLetter: { exchange: dead, key: b }",
      "disruption",
      1,
    ],
  ])("%s", async (_what, before, after, impact, arrived) => {
    const made = await make(`${dead}${before} } }`, `${dead}${after} } }`, async () => undefined);
    expect(made).toBe(impact);
    await rejectOne();
    await expect.poll(() => trial.count("dlq"), soon).toBe(arrived);
  });

  test("that its queue kept for a dead-letter queue is deleted when that promise goes", async () => {
    const policy = (strategy: string): string =>
      `  exchanges: { dead: { type: direct } }\n  policies: { s: { pattern: "^q$", definition: { dead-letter-exchange: dead, overflow: reject-publish, dead-letter-strategy: ${strategy} } } }\n${q("type: quorum")}`;
    const impact = await make(policy("at-least-once"), policy("at-most-once"), async () => {
      await trial.publish("", "q");
      await trial.reject();
      await expect.poll(() => trial.held(), soon).toBe(1);
    });
    expect(impact).toBe("message-loss");
    await expect.poll(() => trial.held(), soon).not.toBe(1);
  });
});

describe("a message to an exchange", () => {
  const x = (words: string, binding = "key: a"): string =>
    `  exchanges: { x: { ${words} }, lost: { type: fanout } }\n  queues: { q: { type: classic, bind: [{ exchange: x, ${binding} }] }, lost: { type: classic, bind: [{ exchange: lost }] } }`;
  const five = (): Promise<void> => trial.publishFive("x", "a");

  test("is refused once the exchange is deleted: an outage, and loss of what its bindings routed", async () => {
    const before = x("type: direct");
    expect(await make(before, classic(""), five)).toBe("message-loss");
    expect(await trial.publish("x", "a")).toBe("refused");
    expect(await trial.count()).toBe(5);
  });

  test("is refused while the exchange is made anew, and its bindings are gone until they are, too", async () => {
    const [before, after] = [trial.plan(x("type: direct")), trial.plan(x("type: topic"))];
    await trial.apply(before);
    await five();
    const { changes } = review(before, after);
    expect(changes.map(({ kind, effect, impact }) => [kind, effect, impact])).toEqual([
      ["rabbitmq-binding", "replaces", "message-loss"],
      ["rabbitmq-exchange", "replaces", "outage"],
    ]);
    const client = rabbitmqClient();
    await client.deleteExchange(trial.vhost, "x");
    expect(await trial.publish("x", "a")).toBe("refused");
    await client.importDefinitions(trial.vhost, {
      exchanges: [
        { name: "x", type: "topic", durable: true, auto_delete: false, internal: false, arguments: {} },
      ],
    });
    client.close();
    expect(await trial.publish("x", "a")).toBe("unroutable");
    await trial.apply(after);
    expect(await trial.publish("x", "a")).toBe("taken");
    expect(await trial.count()).toBe(6);
  });

  test("is dropped once its binding is gone", async () => {
    const impact = await make(
      x("type: direct"),
      x("type: direct").replace("bind: [{ exchange: x, key: a }]", "bind: []"),
      five,
    );
    expect(impact).toBe("message-loss");
    expect(await trial.publish("x", "a")).toBe("unroutable");
    expect(await trial.count()).toBe(5);
  });

  test("is dropped once the key of its binding is another", async () => {
    expect(await make(x("type: direct"), x("type: direct", "key: b"), five)).toBe("message-loss");
    expect(await trial.publish("x", "a")).toBe("unroutable");
    expect(await trial.publish("x", "b")).toBe("taken");
    expect(await trial.count()).toBe(6);
  });

  const alternate =
    '\n  policies: { more: { pattern: "^x$", applyTo: exchanges, definition: { alternate-exchange: lost } } }';

  test("that nobody takes is kept once there is an alternate, which is safe", async () => {
    expect(await make(x("type: direct"), x("type: direct") + alternate, five)).toBe("safe");
    await expect.poll(() => trial.publish("x", "nobody"), soon).toBe("taken");
    await expect.poll(() => trial.count("lost"), soon).toBe(1);
  });

  test("that nobody takes is dropped once there is no alternate", async () => {
    expect(await make(x("type: direct") + alternate, x("type: direct"), five)).toBe("message-loss");
    await expect.poll(() => trial.publish("x", "nobody"), soon).toBe("unroutable");
  });
});

describe("an application", () => {
  test("can't consume a queue that was renamed", async () => {
    await make(classic(""), "  queues: { q2: { type: classic } }");
    expect(await trial.consume()).toBe("refused");
    expect(await trial.consume("q2")).toBe("consumes");
  });

  test("is refused another queue when the vhost's limit falls to what there is: an outage", async () => {
    const [before, after] = [
      trial.plan(classic(""), "{ limits: { queues: 5 } }"),
      trial.plan(classic(""), "{ limits: { queues: 1 } }"),
    ];
    await trial.apply(before);
    const changes = await trial.change(before, after);
    expect(worst(changes)).toBe("outage");
    await expect(
      trial.apply(trial.plan("  queues: { q: { type: classic }, more: {} }", "{ limits: { queues: 1 } }")),
    ).rejects.toThrow(/limit/);
  });
});
