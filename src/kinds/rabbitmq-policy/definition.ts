import type { JsonObject } from "../../topology/json.ts";
import { declareInVhost } from "../declare.ts";
import { policyKey, vhostKey } from "../key.ts";
import type { Kind } from "../kind.ts";
import { policyImpact } from "./impact.ts";

const policyTargets = ["all", "exchanges", "queues", "classic_queues", "quorum_queues", "streams"] as const;
export type PolicyTarget = (typeof policyTargets)[number];

export interface PolicyValue {
  readonly pattern: string;
  readonly applyTo?: PolicyTarget;
  readonly priority?: number;
  readonly definition: JsonObject;
}

export type PolicySpec = {
  vhost: string;
  name: string;
  pattern: string;
  applyTo: PolicyTarget;
  priority: number;
  definition: JsonObject;
};

export const kind: Kind<PolicyValue, PolicySpec> = {
  id: "rabbitmq-policy",
  broker: "rabbitmq",
  noun: "policy",
  section: {
    path: ["rabbitmq", "policies"],
    description:
      "Policies, by name. Only one applies to an object: the one with the highest priority whose pattern matches.",
    schema: {
      type: "object",
      required: ["pattern", "definition"],
      properties: {
        pattern: {
          type: "string",
          minLength: 1,
          description:
            "Regular expression over names. It is not anchored: write ^orders\\. for names that start so.",
        },
        applyTo: {
          enum: [...policyTargets],
          default: "queues",
          description: "Which objects it may apply to. The last three need RabbitMQ 3.12 or newer.",
        },
        priority: {
          type: "integer",
          default: 0,
          description: "The highest wins; two equal ones that match the same object are an error.",
        },
        definition: {
          type: "object",
          minProperties: 1,
          description: "The settings, as the broker knows them.",
          examples: [{ "max-length": 100000, overflow: "reject-publish" }],
        },
      },
      additionalProperties: false,
    },
  },
  declare: (file) => declareInVhost(file, "rabbitmq-policy", "policies", policyKey),
  compile: ({ name, vhost, value }) => ({
    vhost: vhost!,
    name,
    pattern: value.pattern,
    applyTo: value.applyTo ?? "queues",
    priority: value.priority ?? 0,
    definition: { ...value.definition },
  }),
  references: ({ cluster, vhost, mark }) => [
    { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
  ],
  protects: () => false,
  impact: policyImpact,
};
