import type { Environment, KafkaCluster, RabbitmqCluster } from "../../src/environment/environment.ts";
import { checkShape } from "../../src/language/shape.ts";
import { compile, planOf } from "../../src/plan/model.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { KafkaState, RabbitmqState } from "../../src/sandbox/state.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import type { Source } from "../../src/topology/mark.ts";
import { parseYaml } from "../../src/topology/yaml.ts";

/**
 * The plan of one topology file; `text` is what follows its first two lines. The environment says whether users and
 * rights are made.
 */
export function planFrom(text: string, environment?: Environment): Plan {
  const source: Source = {
    path: "topology/test.yaml",
    text: `apiVersion: queueform/v1\ndomain: test\n${text}`,
  };
  const problems: Diagnostic[] = [];
  const value = parseYaml(source, (problem) => problems.push(problem));
  const files = value ? [{ source, domain: "test", value }] : [];
  for (const file of files) checkShape(file, (problem) => problems.push(problem));
  if (problems.length > 0) throw new Error(problems.map(({ what, fix }) => `${what} ${fix}`).join("\n"));
  return planOf(compile(files, environment));
}

export interface Brokers {
  readonly rabbitmq?: RabbitmqState | (Partial<RabbitmqCluster> & Pick<RabbitmqCluster, "endpoint">);
  readonly kafka?: KafkaState | (Partial<KafkaCluster> & Pick<KafkaCluster, "bootstrap">);
  readonly engine?: "direct" | "pulumi";
}

/** An environment whose clusters are all called "main". */
export function environmentOf({ rabbitmq, kafka, engine = "direct" }: Brokers): Environment {
  const source: Source = { path: "stacks/Pulumi.test.yaml", text: "" };
  const base = { name: "main", reach: "direct", mark: { source, start: 0, end: 0 } } as const;
  return {
    name: "test",
    engine,
    clusters: {
      rabbitmq: new Map(
        rabbitmq ? [["main", { ...base, username: "guest", password: "guest", ...rabbitmq }]] : [],
      ),
      kafka: new Map(kafka ? [["main", { ...base, tls: false, ...kafka }]] : []),
      kubernetes: new Map(),
      redis: new Map(),
    },
    overlay: [],
    source,
  };
}

export const noSecrets = (name: string): never => {
  throw new Error(`No secret is needed here, and ${name} was asked for.`);
};
