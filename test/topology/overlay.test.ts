import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import { markOf, positionOf, type Source } from "../../src/topology/mark.ts";
import { applyOverlay, type Patch } from "../../src/topology/overlay.ts";
import { parseYaml } from "../../src/topology/yaml.ts";

const parse = (path: string, text: string): Record<string, unknown> => {
  const source: Source = { path, text };
  return parseYaml(source, ({ what }) => expect.fail(what))!;
};

const base = `kafka:
  topics:
    orders.placed: { partitions: 12, config: { a: 1, b: 2 } }
    orders.shipped: { partitions: 6 }
rabbitmq:
  queues:
    orders: { bind: [{ exchange: a }] }
`;

function overlaid(patchText: string): { value: Record<string, unknown>; problems: Diagnostic[] } {
  const overlay = parse("overlay.yaml", patchText);
  const patches = Object.entries(overlay).map(([path, value]): Patch => ({
    path,
    value,
    mark: markOf(overlay, path)!,
  }));
  const problems: Diagnostic[] = [];
  const [value] = applyOverlay([parse("base.yaml", base)], patches, (problem) => problems.push(problem));
  return { value: value!, problems };
}

const at = (value: object, ...path: (string | number)[]): string => {
  const mark = markOf(value, ...path)!;
  return `${mark.source.path}:${positionOf(mark.source, mark.start).line}`;
};

describe("an overlay", () => {
  test("reaches a name with dots, and merges blocks deeply", () => {
    const { value } = overlaid("kafka.topics.orders.placed: { config: { b: 3, c: 4 } }\n");
    expect(value).toMatchObject({
      kafka: {
        topics: {
          "orders.placed": { partitions: 12, config: { a: 1, b: 3, c: 4 } },
          "orders.shipped": { partitions: 6 },
        },
      },
    });
  });

  test("takes * for any part of a name", () => {
    const { value } = overlaid(
      "kafka.topics.*: { replication: 1 }\nkafka.topics.*.shipped: { replication: 2 }\n",
    );
    expect(value).toMatchObject({
      kafka: { topics: { "orders.placed": { replication: 1 }, "orders.shipped": { replication: 2 } } },
    });
  });

  test("replaces lists and single values", () => {
    const { value } = overlaid(
      "rabbitmq.queues.orders.bind: [{ exchange: b }]\nkafka.topics.orders.placed.partitions: 3\n",
    );
    expect(value).toMatchObject({
      rabbitmq: { queues: { orders: { bind: [{ exchange: "b" }] } } },
      kafka: { topics: { "orders.placed": { partitions: 3 } } },
    });
  });

  test("removes what it names, also by a glob", () => {
    const { value, problems } = overlaid(
      "kafka.topics.*: { remove: true }\nrabbitmq.queues.orders: { remove: true }\n",
    );
    expect(problems).toEqual([]);
    expect(value).toEqual({ kafka: { topics: {} }, rabbitmq: { queues: {} } });
  });

  test("that names what an earlier one removed matches nothing", () => {
    const { problems } = overlaid(
      "rabbitmq.queues.orders: { remove: true }\nrabbitmq.queues.orders.type: classic\n",
    );
    expect(problems).toMatchObject([{ rule: "overlay-unused" }]);
  });

  test("adds to the whole file", () => {
    expect(overlaid("kafka: { cluster: other }\n").value).toMatchObject({
      kafka: { cluster: "other", topics: { "orders.shipped": { partitions: 6 } } },
    });
  });

  test("keeps positions: what it set points at it, the rest at the file", () => {
    const { value } = overlaid(
      "kafka.topics.orders.placed: { config: { b: 3 } }\n\nkafka.topics.orders.shipped.partitions: 9\n",
    );
    expect(at(value, "kafka", "topics", "orders.placed", "config", "b")).toBe("overlay.yaml:1");
    expect(at(value, "kafka", "topics", "orders.placed", "config", "a")).toBe("base.yaml:3");
    expect(at(value, "kafka", "topics", "orders.shipped", "partitions")).toBe("overlay.yaml:3");
    expect(at(value, "rabbitmq", "queues", "orders", "bind", 0, "exchange")).toBe("base.yaml:7");
  });

  test("that matches nothing is an error at its own line, with the nearest path", () => {
    const { problems } = overlaid("kafka.topics.orders.placd: { partitions: 3 }\n");
    expect(problems).toMatchObject([
      { rule: "overlay-unused", severity: "error", mark: { source: { path: "overlay.yaml" }, start: 27 } },
    ]);
    expect(problems[0]?.fix).toContain('"kafka.topics.orders.placed"');
  });
});
