import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { impactLevels } from "../../src/kinds/kind.ts";
import { checkShape } from "../../src/language/shape.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Plan, PlanObject } from "../../src/plan/plan.ts";
import type { Change } from "../../src/review/changes.ts";
import { review } from "../../src/review/review.ts";
import type { BindingSpec } from "../../src/kinds/rabbitmq-binding/definition.ts";
import { Simulator } from "../../src/routing/simulate.ts";
import { isGenerated } from "../../src/review/settings.ts";
import { rules } from "../../src/rules/index.generated.ts";
import type { Json } from "../../src/topology/json.ts";
import { parseYaml } from "../../src/topology/yaml.ts";
import { environmentOf } from "../brokers/project.ts";
import { type Mutation, mutated, mutationsOf } from "./mutations.ts";

const example = join(import.meta.dirname, "../../topology");
const documents = readdirSync(example)
  .filter((file) => file.endsWith(".yaml"))
  .map((file): [string, Json] => [file, parse(readFileSync(join(example, file), "utf8")) as Json]);

/** So that users, rights and quotas are made too. */
const passwords: Json = {
  apiVersion: "queueform/v1",
  domain: "passwords",
  rabbitmq: {
    vhost: "shop",
    apps: Object.fromEntries(
      ["web", "fulfilment", "pricing"].map((app) => [app, { password: "${secret:RABBITMQ}" }]),
    ),
  },
  kafka: {
    apps: {
      web: { password: "${secret:KAFKA}", quota: { producerBytes: "1Mi" } },
      billing: { password: "${secret:KAFKA}" },
    },
  },
};
documents.push(["passwords.yaml", passwords]);

const access = { access: "managed" } as const;
const environment = environmentOf({
  rabbitmq: { endpoint: "http://rabbitmq.example.com", ...access },
  kafka: { bootstrap: ["kafka.example.com:9092"], ...access },
});

/** undefined when the files would not pass `validate`. */
function planOfFiles(texts: readonly [string, Json][]): Plan | undefined {
  let errors = 0;
  const files = texts.map(([path, document]) => {
    const source = { path, text: JSON.stringify(document) };
    const value = parseYaml(source, () => errors++) ?? {};
    return { source, domain: String(value["domain"]), value };
  });
  for (const file of files) checkShape(file, () => errors++);
  if (errors > 0) return undefined;
  const model = compile(files);
  for (const { check, severity } of rules) if (severity === "error") check(model, () => errors++);
  return errors > 0 ? undefined : planOf(compile(files, environment));
}

const original = planOfFiles(documents);
if (!original) throw new Error("The example is not valid.");

interface Mutant {
  readonly title: string;
  readonly mutation: Mutation;
  readonly plan: Plan;
  readonly changes: readonly Change[];
}
const mutants = documents.flatMap(([file, document]) =>
  mutationsOf(document).flatMap((mutation): Mutant[] => {
    const after = mutated(document, mutation);
    const plan = planOfFiles(documents.map(([name, text]) => [name, name === file ? after : text]));
    if (!plan) return [];
    const title = `${file} ${mutation.path.join(".")}: ${JSON.stringify(mutation.value) ?? "gone"}`;
    return [{ title, mutation, plan, changes: review(original, plan).changes }];
  }),
);

/** Words that say something to people only: nothing that a plan has follows from them. */
const forPeople = /^(domain|owner|messages|routes|(.*\.)?(for|carries|key))($|\.)/;
/** Words of the example that say what holds without them. */
const defaults = /\.(type|backoff|deadLetter|replication|app|version|persistence|allowFrom)$/;

/** The queue says so too. */
const saidTwice = /^rabbitmq\.apps\.fulfilment($|\.consumes)/;

/** What holds messages, or decides where they go. Not asked of the kinds, which are on trial here. */
const holds = new Set(["rabbitmq-queue", "rabbitmq-vhost", "kafka-topic", "redis-content"]);
const routes = new Set(["rabbitmq-exchange", "rabbitmq-binding"]);
const harmless = new Set<string>(["safe", "documentation"]);

const vhost = { cluster: "main", vhost: "shop" };
const then = new Simulator(original.objects, vhost);

/**
 * Whether every message that a binding takes goes on to all queues that it reached: for wiring of dead letters, to any.
 * Keys are made from the binding alone, whatever diff itself tries.
 */
function isReplaceable({ kind, spec, addedBy }: PlanObject, now: Simulator): boolean {
  if (kind !== "rabbitmq-binding") return false;
  const { source, routingKey, arguments: values } = spec as BindingSpec;
  const words = routingKey
    .split(".")
    .map((word) => ({ "*": ["some"], "#": ["", "a", "b.c", "d.e.f"] })[word] ?? [word]);
  const keys = words.reduce<string[]>(
    (made, next) => made.flatMap((key) => next.map((word) => `${key}.${word}`)),
    [""],
  );
  const { "x-match": match, ...headers } = values;
  const alternatives = String(match).startsWith("any")
    ? Object.entries(headers).map((one) => Object.fromEntries([one]))
    : [headers];
  return keys.every((key) =>
    alternatives.every((some) => {
      const plain = key.replaceAll(/\.+/g, ".").replaceAll(/^\.|\.$/g, "");
      const [was, is] = [then, now].map((side) => side.publish(source, plain, some).queues);
      return addedBy === undefined ? was!.every((queue) => is!.includes(queue)) : is!.length > 0;
    }),
  );
}

const specs = (plan: Plan): Map<string, PlanObject> =>
  new Map(plan.objects.map((object) => [object.key, object]));
const before = specs(original);

describe(`${mutants.length} single changes of the example that are valid`, () => {
  test("are enough to mean something", () => {
    expect(mutants.length).toBeGreaterThan(300);
    expect(new Set(mutants.flatMap(({ changes }) => changes.map(({ impact }) => impact)))).toEqual(
      new Set(impactLevels),
    );
  });

  test("all are seen, but those that only people read", () => {
    const unseen = mutants.filter(({ changes, mutation: { path, value } }) => {
      const words = path.join(".");
      return (
        changes.length === 0 &&
        !forPeople.test(words) &&
        !saidTwice.test(words) &&
        !(value === undefined && defaults.test(words))
      );
    });
    expect(unseen.map(({ title }) => title)).toEqual([]);
  });

  test("each has an impact, and a whole sentence that says why", () => {
    const wrong = mutants.flatMap(({ title, changes }) =>
      changes
        .filter(
          ({ impact, sentence }) =>
            !impactLevels.includes(impact) ||
            !/^\S.*\.$/.test(sentence) ||
            /undefined|NaN|\[object/.test(sentence),
        )
        .map(({ key, sentence }) => `${title}: ${key}: ${sentence}`),
    );
    expect(wrong).toEqual([]);
  });

  test("what holds messages never goes, or is made anew, without message-loss", () => {
    const lost = mutants.flatMap(({ title, plan, changes }) => {
      const after = specs(plan);
      const found = new Map(changes.map((change) => [change.key, change]));
      return [...before.values()]
        .filter(({ kind }) => holds.has(kind))
        .filter(({ kind, key, spec }) => {
          const now = after.get(key);
          const isAnew = kind === "rabbitmq-queue" && JSON.stringify(now?.spec) !== JSON.stringify(spec);
          const isSmaller =
            kind === "kafka-topic" && Number(now?.spec["partitions"]) < Number(spec["partitions"]);
          return (!now || isAnew || isSmaller) && found.get(key)?.impact !== "message-loss";
        })
        .map(({ key }) => `${title}: ${key}: ${found.get(key)?.impact}`);
    });
    expect(lost).toEqual([]);
  });

  test("what routes messages never goes, or is made anew, as if that were harmless, while a message needs it", () => {
    const lost = mutants.flatMap(({ title, plan, changes }) => {
      const after = specs(plan);
      const now = new Simulator(plan.objects, vhost);
      const found = new Map(changes.map((change) => [change.key, change]));
      return [...before.values()]
        .filter((object) => routes.has(object.kind) && !isReplaceable(object, now))
        .filter(({ key, spec }) => {
          const isGone = JSON.stringify(after.get(key)?.spec) !== JSON.stringify(spec);
          return isGone && harmless.has(found.get(key)?.impact ?? "safe");
        })
        .map(({ key }) => `${title}: ${key}`);
    });
    expect(lost).toEqual([]);
  });

  test("all that Pulumi would delete or make anew is there, with what goes along", () => {
    const missing = mutants.flatMap(({ title, plan, changes }) => {
      const after = specs(plan);
      const found = new Map(changes.map((change) => [change.key, change]));
      const gone = new Set(
        changes
          .filter(({ effect, kind }) => effect === "replaces" && /queue|exchange/.test(kind))
          .map(({ key }) => key),
      );
      const along = plan.objects.filter(
        ({ kind, dependsOn }) => kind === "rabbitmq-binding" && dependsOn.some((key) => gone.has(key)),
      );
      const deleted = [...before.values()].filter((object) => !after.has(object.key) && !isGenerated(object));
      return [
        ...deleted.filter(({ key }) => found.get(key)?.effect !== "deletes"),
        ...along.filter(({ key }) => before.has(key) && found.get(key)?.effect !== "replaces"),
      ].map(({ key }) => `${title}: ${key}`);
    });
    expect(missing).toEqual([]);
  });
});
