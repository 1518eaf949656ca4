import type { ImpactLevel } from "../../src/kinds/kind.ts";
import type { ChangedObject, DriftDocument } from "../../src/report/drift/document.ts";

/** A queue whose type differs. */
export const changedQueue = (
  name: string,
  impact: ImpactLevel = "safe",
  more: Partial<ChangedObject> = {},
): ChangedObject => ({
  key: `rabbitmq/main/shop/queue/${name}`,
  kind: "rabbitmq-queue",
  operation: "change",
  effect: "in-place",
  impact,
  sentence: `Said of ${name}.`,
  fields: [
    {
      field: "policy.max-length",
      before: 100,
      after: 50,
      effect: "in-place",
      impact,
      sentence: "Less room.",
    },
  ],
  origin: { file: "topology/orders.yaml", line: 8, column: 5 },
  outcome: { what: "sets-back", losesMessages: false, sentence: "apply sets it back in place." },
  ...more,
});

export const driftOf = (more: Partial<DriftDocument> = {}): DriftDocument => ({
  formatVersion: 1,
  environment: "prod",
  engine: "direct",
  clusters: [
    { broker: "rabbitmq", cluster: "main", state: "read", declared: 12, compared: 12, coverage: 100 },
  ],
  changed: [],
  missing: [],
  unmanaged: [],
  unchecked: [],
  ignored: [],
  warnings: [],
  repair: [],
  ...more,
});

export const failedCluster: DriftDocument["clusters"][number] = {
  broker: "kafka",
  cluster: "main",
  state: "failed",
  reason: "Kafka does not answer.",
  declared: 3,
  compared: 0,
  coverage: 0,
};

/** Everything that drift can say, once. */
export const everyDrift: DriftDocument = driftOf({
  clusters: [
    {
      broker: "rabbitmq",
      cluster: "main",
      state: "read",
      declared: 12,
      compared: 11,
      coverage: 91.6,
      version: "4",
    },
    failedCluster,
  ],
  changed: [
    changedQueue("audit", "safe", {
      fields: [
        {
          field: "policy.max-length",
          before: 5,
          after: undefined,
          effect: "in-place",
          impact: "safe",
          sentence: "Less room.",
          through: "the policy limits",
        },
      ],
      outcome: { what: "nothing", losesMessages: false, sentence: "It stays." },
    }),
    changedQueue("fulfil", "message-loss", {
      effect: "replaces",
      outcome: { what: "refused", losesMessages: true, sentence: "apply leaves it." },
    }),
  ],
  missing: [
    {
      key: "rabbitmq/main/shop/exchange/orders",
      kind: "rabbitmq-exchange",
      outcome: { what: "creates", losesMessages: false, sentence: "apply makes it again, empty." },
    },
  ],
  unmanaged: [{ key: "rabbitmq/main/shop/queue/by-hand", kind: "rabbitmq-queue" }],
  unchecked: [
    { key: "rabbitmq/main/user/web", reason: "The login may not see users.", cause: "not-allowed" },
  ],
  ignored: [
    {
      key: "rabbitmq/main/shop/queue/old",
      finding: "unmanaged",
      reason: "Belongs to billing",
      origin: { file: "queueform.ignore.yaml", line: 2, column: 5 },
    },
  ],
  unusedIgnores: [{ entry: "kafka/*", origin: { file: "queueform.ignore.yaml", line: 4, column: 5 } }],
  warnings: [
    { broker: "rabbitmq", cluster: "main", check: "alarm", sentence: "Memory is full." },
    {
      broker: "rabbitmq",
      cluster: "main",
      key: "rabbitmq/main/shop/queue/fulfil.dlq",
      check: "dead-letters",
      sentence: "Three messages wait.",
    },
  ],
  state: { path: "state.json", gone: ["rabbitmq/main/shop/exchange/orders"], unknown: [], undeclared: [] },
});
