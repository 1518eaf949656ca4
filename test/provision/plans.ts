import type { Clusters, Environment } from "../../src/environment/environment.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Mark, Source } from "../../src/topology/mark.ts";
import { parseYaml } from "../../src/topology/yaml.ts";

/** The plan of topology files, given by their paths. Problems fail the test. */
export function planFrom(texts: Record<string, string>): Plan {
  const files = Object.entries(texts).map(([path, text]) => {
    const source: Source = { path, text };
    const value = parseYaml(source, ({ what }) => {
      throw new Error(what);
    });
    if (!value) throw new Error(`${path} is empty`);
    return { source, domain: String(value["domain"]), value };
  });
  return planOf(compile(files));
}

const source: Source = { path: "stacks/Pulumi.dev.yaml", text: "" };
const mark: Mark = { source, start: 0, end: 0 };

/** An environment of Pulumi's with one cluster of each broker, all called main. */
export function environment(
  changes: {
    [Broker in keyof Clusters]?: Partial<Clusters[Broker] extends ReadonlyMap<string, infer C> ? C : never>;
  } = {},
): Environment {
  const base = { name: "main", reach: "direct", mark } as const;
  return {
    name: "dev",
    engine: "pulumi",
    overlay: [],
    source,
    clusters: {
      rabbitmq: new Map([
        [
          "main",
          {
            ...base,
            endpoint: "http://rabbitmq.example.com:15672",
            username: "queueform",
            password: "${secret:RABBITMQ_PASSWORD}",
            ...changes.rabbitmq,
          },
        ],
      ]),
      kafka: new Map([
        ["main", { ...base, bootstrap: ["kafka.example.com:9092"], tls: false, ...changes.kafka }],
      ]),
      kubernetes: new Map([["main", { ...base, await: true, ...changes.kubernetes }]]),
      redis: new Map([
        ["main", { ...base, host: "redis.example.com", port: 6379, tls: false, ...changes.redis }],
      ]),
    },
  };
}

export const lookup = (name: string): string => `value of ${name}`;
