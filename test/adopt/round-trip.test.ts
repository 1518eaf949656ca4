import * as fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { load } from "../../src/load.ts";
import { compile, type Model, planOf } from "../../src/plan/model.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { rules } from "../../src/rules/index.generated.ts";
import { rabbitmqFacets } from "../../src/live/rabbitmq.ts";
import type { TopologyFile } from "../../src/topology/file.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { environmentOf } from "../brokers/project.ts";
import { topologyFiles } from "../property/words.ts";
import { seed } from "../routing/seed.ts";
import { adopted, foundOf, modelOf, planned, readText, specsOf } from "./adopting.ts";

const project = join(import.meta.dirname, "../..");
/** Kubernetes and Redis are read elsewhere. */
const onBrokers = ({ kind }: PlanObject): boolean => /^(rabbitmq|kafka)-/.test(kind);
const managed = environmentOf({
  rabbitmq: { endpoint: "http://127.0.0.1", access: "managed" },
  kafka: { bootstrap: ["127.0.0.1:1"], access: "managed" },
});

describe("what the shipped example makes", () => {
  const { model } = load([join(project, "topology")], undefined, project);
  const objects = planOf(model!).objects.filter(onBrokers);
  const written = adopted(foundOf(objects));

  test("comes back as files that make the same", () => {
    expect(written).toMatchObject({ notes: [], changes: [] });
    expect(planned(written)).toEqual(specsOf(objects));
  });

  test("comes back in the words that a person wrote", () => {
    const text = written.files.map((file) => file.text).join("\n");
    for (const line of [
      "      retry: { retries: 5, delay: 1s }",
      "      deadLetter: true",
      "      limit: { messages: 100000, overflow: reject-publish }",
      "    orders: { type: topic, alternate: orders.unrouted }",
    ])
      expect(text).toContain(`${line}\n`);
    expect(text).not.toContain("queueform-");
    expect(text).not.toContain(".dlx");
    expect(text).not.toContain("orders.fulfil.retry");
  });
});

function filesOf(values: readonly JsonObject[]): TopologyFile[] {
  return values.map((value, index) => {
    const source = { path: `${index}.yaml`, text: JSON.stringify(value) };
    return { source, domain: String(value["domain"]), value: parseYaml(source, () => undefined)! };
  });
}

test("applications come back with exactly their rights", () => {
  const text = `
apiVersion: queueform/v1
domain: d
rabbitmq:
  vhost: v
  exchanges: { orders: { type: topic, alternate: rest }, rest: { type: fanout } }
  queues: { work: { type: quorum, bind: [{ exchange: orders, key: a }], deadLetter: true } }
  apps:
    web: { password: "\${secret:WEB_PASSWORD}", publishes: [{ exchange: orders, keys: [a.b] }] }
    worker: { password: "\${secret:WORKER_PASSWORD}", publishes: [orders], consumes: [work], declares: active }
kafka:
  topics: { t: { partitions: 1, producers: [web], consumers: { billing: {}, g: { app: web } } } }
  apps:
    web: { password: "\${secret:WEB_PASSWORD}", quota: { producerBytes: 1Mi } }
    billing: { password: "\${secret:BILLING_PASSWORD}" }
`;
  const source = { path: "d.yaml", text };
  const value = parseYaml(source, () => undefined)!;
  const { objects } = planOf(compile([{ source, domain: "d", value }], managed));
  const written = adopted(foundOf(objects));
  expect(written).toMatchObject({ notes: [], changes: [] });
  expect(planned(written, managed)).toEqual(specsOf(objects));
  expect(objects.map(({ kind }) => kind)).toContain("rabbitmq-topic-permission");
});

/** What a text makes on brokers whose users it manages, what its objects are written as, and proof that this makes the same. */
function roundTrip(...texts: readonly string[]): {
  readonly text: string;
  readonly objects: readonly PlanObject[];
} {
  const files = texts.map((text, index): TopologyFile => {
    const source = { path: `${index}.yaml`, text: `apiVersion: queueform/v1\ndomain: d\nrabbitmq:\n${text}` };
    return { source, domain: "d", value: parseYaml(source, ({ what }) => expect.fail(what))! };
  });
  const { objects } = planOf(compile(files, managed));
  const written = adopted(foundOf(objects));
  expect(written).toMatchObject({ notes: [], changes: [] });
  expect(planned(written, managed)).toEqual(specsOf(objects));
  return { text: written.files.map((file) => file.text).join("\n"), objects };
}

test("users come back with their tags and rights, and with their password once", () => {
  const everything = `permissions: { configure: ".*", write: ".*", read: ".*" }`;
  const { text, objects } = roundTrip(
    `
  vhost: a
  exchanges: { orders: { type: topic } }
  users:
    ops: { password: "\${secret:OPS_PASSWORD}", tags: [monitoring, administrator], ${everything} }
    bare: { password: "\${secret:BARE_PASSWORD}" }
    elsewhere: { permissions: { configure: "", write: "^orders$", read: "" }, topicPermissions: { orders: { write: "^a\\\\.", read: ".*" }, amq.topic: { write: "", read: "" } } }
    both: { permissions: { configure: .*, write: x, read: x } }
    half: { topicPermissions: { orders: { write: x, read: x } } }
`,
    `
  vhost: b
  exchanges: { orders: { type: topic } }
  users:
    ops: { ${everything} }
  apps:
    both: { password: "\${secret:BOTH_PASSWORD}", publishes: [orders] }
`,
  );
  expect(objects.map(({ kind }) => kind)).toContain("rabbitmq-topic-permission");
  expect(text.match(/OPS_PASSWORD/g)).toHaveLength(1);
  expect(text.match(/tags: /g)).toHaveLength(1);
});

/** What a queue with these words has as a policy, as if an earlier plan had made it. */
const policiesOf = (queues: string): readonly PlanObject[] =>
  roundTrip(`\n  vhost: a\n  queues: { ${queues} }\n`).objects.filter(
    ({ kind }) => kind === "rabbitmq-policy",
  );

test.each([
  ["one that should have been deleted", () => policiesOf("a: { limit: { messages: 9 } }")],
  ["one of somebody's that comes first", () => [policyFor("^a$", 7)]],
  ["one of somebody's that comes last", () => [policyFor("^a$", -7)]],
])("beside a policy, %s, the other queues keep their words", (_what, added) => {
  const { objects } = roundTrip(
    "\n  vhost: a\n  queues: { a: { limit: { messages: 5 } }, b: { ttl: 5s }, c: { ttl: 5s, deadLetter: true } }\n",
  );
  const all = [...objects, ...added()];
  const written = adopted(foundOf(all));
  expect(written).toMatchObject({ notes: [], changes: [] });
  expect(planned(written)).toEqual(specsOf(all));
  const [text = ""] = written.files.map((file) => file.text);
  expect(text).toContain(
    "    b: { type: quorum, ttl: 5s }\n    c: { type: quorum, deadLetter: true, ttl: 5s }\n",
  );
  expect(text).toContain("    a: { type: quorum }\n");
  expect(text).toContain("  policies:\n    # An earlier `queueform apply` made this policy");
});

const policyFor = (pattern: string, priority: number): PlanObject => ({
  kind: "rabbitmq-policy",
  key: "rabbitmq/main/a/policy/theirs",
  cluster: "main",
  spec: { vhost: "a", name: "theirs", pattern, applyTo: "all", priority, definition: { "max-length": 1 } },
  dependsOn: [],
});

const asking = `
  vhost: a
  requestReply:
    price: { responder: pricing, requesters: [shop, web], timeout: 5s }
    quote: { responder: pricing, requesters: [web], timeout: 5s, replies: queue }
  queues: { work: { type: classic, ttl: 5s } }
  apps:
    pricing: { password: "\${secret:PRICING_PASSWORD}", publishes: [amq.topic], declares: active }
    shop: { password: "\${secret:SHOP_PASSWORD}" }
    web: { password: "\${secret:WEB_PASSWORD}", consumes: [work] }
`;

test("questions and answers come back as such", () => {
  const { text } = roundTrip(asking);
  expect(text.slice(text.indexOf("  queues:"))).toBe(`  queues:
    work: { type: classic, ttl: 5s }
  requestReply:
    price:
      responder: pricing
      requesters: [ shop, web ]
      timeout: 5s
    quote: { responder: pricing, requesters: [ web ], timeout: 5s, replies: queue }
  apps:
    pricing: { password: "\${secret:PRICING_PASSWORD}", publishes: [ amq.topic ], declares: active }
    shop: { password: "\${secret:SHOP_PASSWORD}" }
    web: { password: "\${secret:WEB_PASSWORD}", consumes: [ work ] }
`);
});

const plainQuestion = `
  vhost: a
  exchanges: { price: { type: fanout } }
  queues: { price: { type: classic, ttl: 5s, bind: [{ exchange: price }] } }
  apps:
    pricing: { password: "\${secret:PRICING_PASSWORD}", publishes: [amq.default], consumes: [price] }
    web: { password: "\${secret:WEB_PASSWORD}", publishes: [price] }
`;

test("what makes the same objects and rights as a question is one", () => {
  expect(roundTrip(plainQuestion).text).toContain(
    "    price: { responder: pricing, requesters: [ web ], timeout: 5s }",
  );
});

test.each([
  [
    "another queue is bound to its exchange",
    "  queues: {",
    "  queues: { audit: { bind: [{ exchange: price }] },",
  ],
  ["the exchange has another type", "type: fanout", "type: direct"],
  ["the queue is of another type", "type: classic", "type: quorum"],
  ["the questions are kept", "ttl: 5s, ", ""],
  ["the queue is limited", "ttl: 5s", "ttl: 5s, limit: { messages: 5 }"],
  ["nobody may answer", "amq.default", "amq.topic"],
  ["nobody asks", "publishes: [price]", "publishes: [amq.topic]"],
  ["two answer", "publishes: [price]", "publishes: [price], consumes: [price]"],
  [
    "who asks may do more than an application",
    "publishes: [price] }",
    "publishes: [price] }\n  users: { web: { permissions: { configure: .*, write: .*, read: .* } } }",
  ],
])("no question where %s", (_what, from, to) => {
  expect(plainQuestion).toContain(from);
  const changed = plainQuestion.replace(from, to).replace(/ {4}web: .* }\n(?= {2}users:)/, "");
  expect(roundTrip(changed).text).not.toContain("requestReply");
});

test(
  `whatever topology there is, its objects come back or are named (seed ${seed})`,
  { timeout: 600_000 },
  () => {
    let objects = 0;
    let unsaid = 0;
    fc.assert(
      fc.property(topologyFiles, fc.boolean(), (values, isManaged) => {
        const environment = isManaged ? managed : undefined;
        const files = filesOf(values);
        const model = compile(files, environment);
        const before = planOf(model).objects.filter(onBrokers);
        const written = adopted(foundOf(before));
        expect(written.changes).toEqual([]);
        const after = planned(written, managed);
        const missing = before.filter(({ key }) => after[key] === undefined);
        expect(specsOf(before)).toEqual({ ...specsOf(missing), ...after });
        const named = new Set(written.notes.flatMap(({ key, alsoKeys = [] }) => [key, ...alsoKeys]));
        expect(missing.filter((one) => !named.has(one.key) && !isDefaultVhost(one))).toEqual([]);
        objects += before.length;
        unsaid += missing.length;
        if (errorsIn(model) === 0) expect(missing.filter(({ kind }) => isTopology.has(kind))).toEqual([]);
        expect(modelOf(written).files.length).toBe(written.files.length);
      }),
      { seed, numRuns: 300 },
    );
    expect(objects).toBeGreaterThan(300);
    expect(unsaid).toBeLessThan(objects / 2);
  },
);

test(
  `whatever is exported as definitions is read to the same objects (seed ${seed})`,
  { timeout: 600_000 },
  () => {
    let objects = 0;
    fc.assert(
      fc.property(topologyFiles, (values) => {
        const before = planOf(compile(filesOf(values))).objects.filter(
          (object) => rabbitmqFacets.get(object.kind)?.define && !isOfBroker(object),
        );
        const lists = before.map(({ kind, spec }) => ({
          spec,
          lists: rabbitmqFacets.get(kind)!.define!(spec),
        }));
        const all: Record<string, unknown[]> = {};
        for (const { spec, lists: definitions } of lists)
          for (const [list, items] of Object.entries(definitions) as [string, readonly object[]][])
            (all[list] ??= []).push(...items.map((item) => ({ ...item, vhost: spec["vhost"] })));
        const exported = { rabbit_version: "3.10.8", vhosts: [], ...all };
        const found = readText("definitions.json", JSON.stringify(exported));
        // Clusters are nothing that a definitions file knows.
        fc.pre(before.every(({ cluster }) => cluster === "main"));
        expect(specsOf(found.objects)).toEqual(specsOf(before));
        objects += before.length;
      }),
      { seed, numRuns: 200 },
    );
    expect(objects).toBeGreaterThan(200);
  },
);

/** What a broker makes by itself is in no export, and is not taken from one. */
const isOfBroker = ({ kind, spec }: PlanObject): boolean =>
  kind !== "rabbitmq-policy" &&
  [spec["name"], spec["destination"]].some((name) => typeof name === "string" && name.startsWith("amq."));

/** What a topology without errors loses nothing of; rights may depend on what is written elsewhere. */
const isTopology = new Set(["exchange", "queue", "binding", "policy"].map((noun) => `rabbitmq-${noun}`));

function errorsIn(model: Model): number {
  let errors = 0;
  for (const { severity, check } of rules) if (severity === "error") check(model, () => errors++);
  return errors;
}

/** The vhost / needs no word: no file may manage it. */
const isDefaultVhost = ({ kind, spec }: PlanObject): boolean =>
  kind === "rabbitmq-vhost" && spec["name"] === "/";
