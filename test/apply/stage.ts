import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { type Drift, drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type Brokers, environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { kafkaClient, ownName, rabbitmqClient } from "../brokers/sandboxes.ts";

/** A vhost and a topic prefix that belong to one test, and what tests do with them. */
export interface Stage {
  /** The vhost, and what the names of its topics begin with. */
  readonly name: string;
  readonly environment: Environment;
  /** Steps that the last `apply` told of. */
  readonly steps: string[];
  /** A plan that declares the vhost; `rest` is what else stands under `rabbitmq:`. */
  plan(rest: string): Plan;
  apply(plan: Plan, ...allow: string[]): Promise<ApplyResult>;
  /** Without what other tests have on the shared Kafka. */
  drift(plan: Plan): Promise<Drift>;
  /** The key of an object in the vhost: `key("queue", "a")`. */
  key(kind: string, ...names: string[]): string;
  clear(): Promise<void>;
}

export function stageOn(brokers: Brokers): Stage {
  const name = ownName("stage");
  const environment = environmentOf(brokers);
  const steps: string[] = [];
  const isForeign = ({ key }: { readonly key: string }): boolean =>
    key.startsWith("kafka/") && !key.includes(name);
  return {
    name,
    environment,
    steps,
    plan: (rest) => planFrom(`rabbitmq:\n  vhost: ${name}\n  vhosts: { ${name}: {} }\n${rest}`),
    apply: async (plan, ...allow) => {
      steps.length = 0;
      const result = await applyPlan(plan, environment, noSecrets, {
        allow,
        onProgress: (step) => steps.push(step),
      });
      return { ...result, unmanaged: result.unmanaged.filter((object) => !isForeign(object)) };
    },
    drift: async (plan) => {
      const found = drift(plan, await observe(plan, environment, noSecrets));
      return { ...found, unmanaged: found.unmanaged.filter((object) => !isForeign(object)) };
    },
    key: (kind, ...names) => ["rabbitmq/main", name, kind, ...names].join("/"),
    clear: async () => {
      if (brokers.rabbitmq && "amqpPort" in brokers.rabbitmq) {
        const client = rabbitmqClient(brokers.rabbitmq);
        await client.deleteVhost(name);
        client.close();
      }
      if (brokers.kafka && "version" in brokers.kafka) {
        const client = await kafkaClient(brokers.kafka);
        const topics = (await client.topics()).map((topic) => topic.name);
        await client.deleteTopics(topics.filter((topic) => topic.startsWith(name)));
        await client.close();
      }
    },
  };
}

/** What a drift that found nothing looks like. */
export const nothingFound = { changed: [], missing: [], unmanaged: [], unchecked: [] };
/** What an apply that had nothing to do looks like. */
export const nothingSent = {
  sent: { created: 0, changed: 0, removed: 0 },
  refused: [],
  failed: [],
  unmanaged: [],
  problems: [],
};
