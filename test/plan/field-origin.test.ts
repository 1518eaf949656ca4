import { expect, test } from "vitest";
import { compile, originOfField, planOf } from "../../src/plan/model.ts";
import { markOf, type Source } from "../../src/topology/mark.ts";
import { applyOverlay } from "../../src/topology/overlay.ts";
import { parseYaml } from "../../src/topology/yaml.ts";

const parse = (path: string, text: string): { source: Source; value: Record<string, unknown> } => {
  const source: Source = { path, text };
  return { source, value: parseYaml(source, ({ what }) => expect.fail(what))! };
};

const base = parse(
  "base.yaml",
  `rabbitmq:
  vhost: shop
  vhosts:
    shop:
      description: ours
      limits:
        queues: 100
  exchanges:
    orders:
      type: topic
      alternate: unrouted
    unrouted: { type: fanout }
  queues:
    fulfil:
      type: classic
      arguments:
        x-max-age: 1h
      priorities: 3
      deadLetter: true
      limit:
        messages: 10
        overflow: reject-publish
    other:
      limit: { messages: 10, overflow: reject-publish }
  policies:
    ours:
      pattern: ^x$
      definition:
        message-ttl: 5
kafka:
  topics:
    a.b:
      partitions: 3
      replication: 1
      retention: 7d
      config:
        max.message.bytes: 5
redis:
  jobs:
    on: external
    queues:
      mail:
        library: { name: bullmq, major: 6 }
        attempts: 3
        schedules:
          daily.report:
            cron: "0 9 * * *"
            data:
              type: daily
`,
);
const overlay = parse(
  "overlay.yaml",
  `kafka.topics.*:
  replication: 3
kafka.topics.a.b.config.max.message.bytes: 7
rabbitmq.queues.fulfil.limit: { messages: 99 }
`,
);
const patches = Object.entries(overlay.value).map(([path, value]) => ({
  path,
  value,
  mark: markOf(overlay.value, path)!,
}));

/** Of every field that can differ, where it was written; "-" for what no file says. */
const lines: readonly (readonly [key: RegExp, field: string, place: string])[] = [
  [/vhost$/, "description", "base.yaml:5"],
  [/vhost$/, "maxQueues", "base.yaml:7"],
  [/vhost$/, "maxConnections", "-"],
  [/exchange\/orders$/, "type", "base.yaml:10"],
  [/exchange\/orders$/, "arguments.alternate-exchange", "base.yaml:11"],
  [/exchange\/orders$/, "durable", "-"],
  [/queue\/fulfil$/, "arguments.x-queue-type", "base.yaml:15"],
  [/queue\/fulfil$/, "arguments.x-max-age", "base.yaml:17"],
  [/queue\/fulfil$/, "arguments.x-max-priority", "base.yaml:18"],
  [/queue\/fulfil$/, "arguments.x-dead-letter-exchange", "base.yaml:19"],
  [/queue\/fulfil$/, "policy.max-length", "overlay.yaml:4"],
  [/queue\/fulfil$/, "policy.overflow", "base.yaml:22"],
  [/queue\/fulfil$/, "policy.message-ttl", "-"],
  [/policy\/ours$/, "definition.message-ttl", "base.yaml:29"],
  [/policy\/ours$/, "priority", "-"],
  [/topic\/a\.b$/, "partitions", "base.yaml:33"],
  [/topic\/a\.b$/, "replicationFactor", "overlay.yaml:2"],
  [/topic\/a\.b$/, "config.retention.ms", "base.yaml:35"],
  [/topic\/a\.b$/, "config.max.message.bytes", "overlay.yaml:3"],
  [/topic\/a\.b$/, "config.segment.ms", "-"],
  [/queue\/mail$/, "schedules.daily.report.cron", "base.yaml:47"],
  [/queue\/mail$/, "schedules.daily.report.data.type", "base.yaml:49"],
  [/queue\/mail$/, "schedules.daily.report.options.attempts", "base.yaml:44"],
  [/queue\/mail$/, "schedules.daily.report.timezone", "-"],
];

const [value] = applyOverlay([base.value], patches, ({ what }) => expect.fail(what));
const { objects } = planOf(compile([{ source: base.source, domain: "test", value: value! }]));
const originIn = (key: RegExp, field: string): string => {
  const origin = originOfField(
    objects.find((object) => key.test(object.key))!,
    field,
  );
  return origin ? `${origin.file}:${origin.line}` : "-";
};

test.each(lines)("%s %s is written at %s", (key, field, place) => {
  expect(originIn(key, field)).toBe(place);
});

test("a policy that queues share: where the first of them says so", () => {
  const policies = objects.filter(({ addedBy }) => addedBy === "queue-settings");
  const places = policies.map((policy) => {
    const origin = originOfField(policy, "definition.max-length");
    return `${origin?.file}:${origin?.line}`;
  });
  expect(places.toSorted()).toEqual(["base.yaml:24", "overlay.yaml:4"]);
});

test("a plan from elsewhere knows no lines of fields", () => {
  expect(originOfField({ ...objects[0]! }, "type")).toBeUndefined();
});
