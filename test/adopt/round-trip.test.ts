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
