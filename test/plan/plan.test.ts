import { mkdtempSync, mkdirSync, rmSync, writeFileSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../../src/load.ts";
import { listedNames } from "../../src/kinds/rabbitmq-policy/matching.ts";
import { planOf } from "../../src/plan/model.ts";
import type { PlanObject } from "../../src/plan/plan.ts";

const head = "apiVersion: queueform/v1\ndomain: test\n";
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-plan-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let folders = 0;
function planFor(...files: string[]): PlanObject[] {
  const folder = join(directory, String(++folders));
  mkdirSync(folder);
  files.forEach((text, index) => writeFileSync(join(folder, `${index}.yaml`), head + text));
  const { model, diagnostics } = load([folder], undefined, folder);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return [...planOf(model!).objects];
}

const specs = (objects: readonly PlanObject[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ spec }) => spec);

describe("a queue", () => {
  test("always has its type and durability written out", () => {
    expect(specs(planFor("rabbitmq: { vhost: shop, queues: { a: {} } }\n"), "rabbitmq-queue")).toEqual([
      { vhost: "shop", name: "a", durable: true, autoDelete: false, arguments: { "x-queue-type": "quorum" } },
    ]);
  });

  test("with deadLetter gets one constant argument, and its own exchange, queue and binding", () => {
    const objects = planFor("rabbitmq: { queues: { a: { type: quorum, deadLetter: true } } }\n");
    expect(specs(objects, "rabbitmq-queue")).toMatchObject([
      { name: "a", arguments: { "x-queue-type": "quorum", "x-dead-letter-exchange": "a.dlx" } },
      { name: "a.dlq", arguments: { "x-queue-type": "quorum" } },
    ]);
    expect(specs(objects, "rabbitmq-queue")[0]!["arguments"]).not.toHaveProperty("x-dead-letter-routing-key");
    expect(specs(objects, "rabbitmq-exchange")).toMatchObject([{ name: "a.dlx", type: "headers" }]);
    expect(specs(objects, "rabbitmq-binding")).toMatchObject([
      { source: "a.dlx", destination: "a.dlq", arguments: { "x-match": "all" } },
    ]);
    expect(specs(objects, "rabbitmq-policy")).toEqual([]);
  });

  test("may share a dead-letter queue that is declared", () => {
    const objects = planFor(
      "rabbitmq: { queues: { a: { deadLetter: { queue: dead } }, b: { deadLetter: { queue: dead } }, dead: { type: classic } } }\n",
    );
    expect(specs(objects, "rabbitmq-queue").map(({ name }) => name)).toEqual(["a", "b", "dead"]);
    expect(specs(objects, "rabbitmq-binding")).toMatchObject([
      { destination: "dead" },
      { destination: "dead" },
    ]);
  });

  test("with a dead-letter exchange of one's own has it in a policy, so that it can change", () => {
    const objects = planFor(
      "rabbitmq: { exchanges: { dlx: { type: direct } }, queues: { a: { deadLetter: { exchange: dlx, key: failed } }, dead: { bind: [{ exchange: dlx, key: failed }] } } }\n",
    );
    expect(specs(objects, "rabbitmq-queue")[0]).toMatchObject({
      name: "a",
      arguments: { "x-queue-type": "quorum" },
    });
    expect(specs(objects, "rabbitmq-policy")).toMatchObject([
      {
        pattern: "^(?:a)$",
        definition: { "dead-letter-exchange": "dlx", "dead-letter-routing-key": "failed" },
      },
    ]);
  });
});

describe("settings of queues", () => {
  const limited = (names: string[], messages = 5): string =>
    `rabbitmq: { queues: { ${names.map((name) => `${name}: { limit: { messages: ${messages}, overflow: reject-publish } }`).join(", ")} } }\n`;

  test("that are equal share a policy that lists the queues", () => {
    const policies = specs(
      planFor(limited(["a", "b.c", "d|e"].map((name) => `"${name}"`))),
      "rabbitmq-policy",
    );
    expect(policies).toMatchObject([
      { applyTo: "queues", priority: 1, definition: { "max-length": 5, overflow: "reject-publish" } },
    ]);
    expect(listedNames(String(policies[0]!["pattern"]))).toEqual(["a", "b.c", "d|e"]);
  });

  test("take few policies: 1,000 queues need at most 40, of at most 100 names each", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `q${index}`);
    const policies = specs(planFor(limited(names)), "rabbitmq-policy");
    const lists = policies.map(({ pattern }) => listedNames(String(pattern))!);
    expect(policies.length).toBeLessThanOrEqual(40);
    expect(Math.max(...lists.map((list) => list.length))).toBeLessThanOrEqual(100);
    expect(lists.flat().toSorted()).toEqual(names.toSorted());
  });

  test("one queue more changes one policy of many", () => {
    const names = Array.from({ length: 500 }, (_, index) => `q${index}`);
    const keys = (list: string[]) =>
      new Set(
        planFor(limited(list))
          .filter(({ kind }) => kind === "rabbitmq-policy")
          .map(({ key }) => key),
      );
    const [before, after] = [keys(names), keys([...names, "q100a"])];
    expect(after.difference(before).size).toBeLessThanOrEqual(2);
  });

  test("carry what a declared policy says, at a higher priority", () => {
    const text =
      "rabbitmq: { queues: { a: { ttl: 5s } }, policies: { all: { pattern: ^a, priority: 7, definition: { max-length: 9 } } } }\n";
    expect(specs(planFor(text), "rabbitmq-policy")).toMatchObject([
      { name: "all" },
      { priority: 8, definition: { "max-length": 9, "message-ttl": 5000 } },
    ]);
  });
});

describe("bindings", () => {
  test("to headers exchanges always say how they match", () => {
    const text =
      "rabbitmq: { exchanges: { h: { type: headers } }, queues: { a: { bind: [{ exchange: h, headers: { b: 1 } }] } } }\n";
    expect(specs(planFor(text), "rabbitmq-binding")).toMatchObject([
      { arguments: { "x-match": "all", b: 1 } },
    ]);
  });

  test("that differ only in arguments are two", () => {
    const text =
      "rabbitmq: { exchanges: { h: { type: headers } }, queues: { a: { bind: [{ exchange: h, headers: { b: 1 } }, { exchange: h, headers: { b: '1' } }] } } }\n";
    expect(specs(planFor(text), "rabbitmq-binding")).toHaveLength(2);
  });
});

test("topics are written as Kafka reads them back", () => {
  const text =
    "kafka: { topics: { a: { partitions: 3, key: id, retention: 7d, retentionBytes: 1Gi, cleanup: [delete, compact], config: { preallocate: true } } } }\n";
  expect(specs(planFor(text), "kafka-topic")).toEqual([
    {
      name: "a",
      partitions: 3,
      replicationFactor: 3,
      config: {
        "cleanup.policy": "compact,delete",
        preallocate: "true",
        "retention.bytes": "1073741824",
        "retention.ms": "604800000",
      },
    },
  ]);
});

describe("a plan", () => {
  const one =
    "rabbitmq: { vhost: shop, exchanges: { e: { type: topic } }, queues: { a: { bind: [{ exchange: e, key: x }], deadLetter: true } } }\n";
  const two =
    "rabbitmq: { vhost: shop, vhosts: { shop: {} }, queues: { b: { bind: [{ exchange: e, key: y }], ttl: 5s } } }\nkafka: { topics: { t: { partitions: 1 } } }\n";

  test("is the same whatever the order of the files, apart from where things stand", () => {
    const withoutOrigin = (objects: PlanObject[]) =>
      JSON.stringify(objects.map(({ origin: _origin, ...object }) => object));
    expect(withoutOrigin(planFor(one, two))).toBe(withoutOrigin(planFor(two, one)));
  });

  test("is the same when a queue moves to another file or domain", () => {
    const keys = (objects: PlanObject[]) => objects.map(({ key, spec }) => [key, spec]);
    const moved = two.replace(
      "queues: {",
      "queues: { a: { bind: [{ exchange: e, key: x }], deadLetter: true },",
    );
    const rest = "rabbitmq: { vhost: shop, exchanges: { e: { type: topic } } }\n";
    expect(keys(planFor(rest, moved))).toEqual(keys(planFor(one, two)));
  });

  test("says what has to be there first", () => {
    const objects = planFor(one, two);
    const dependsOn = (key: string) => objects.find((object) => object.key === key)?.dependsOn;
    expect(dependsOn("rabbitmq/main/shop/binding/e/queue/a/x")).toEqual([
      "rabbitmq/main/shop/exchange/e",
      "rabbitmq/main/shop/queue/a",
      "rabbitmq/main/shop/vhost",
    ]);
    expect(dependsOn("rabbitmq/main/shop/queue/a")).toEqual(["rabbitmq/main/shop/vhost"]);
  });

  test("of the shipped example holds no secret, in any environment", () => {
    const root = join(import.meta.dirname, "../..");
    for (const file of readdirSync(join(root, "stacks"))) {
      const name = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
      if (!name) continue;
      const { model, diagnostics } = load([join(root, "topology")], name, root);
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      const text = JSON.stringify(planOf(model!));
      for (const [, value] of text.matchAll(/"(?:[a-z]*[pP]assword|requirepass)":"([^"]*)"/g))
        expect(value).toMatch(/^\$\{secret:[A-Z_]+\}$/);
      expect(readFileSync(join(root, "stacks", file), "utf8")).not.toMatch(/password: (?!"?\$\{secret:)/);
    }
  });
});
