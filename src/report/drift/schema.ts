import type { JsonObject } from "../../topology/json.ts";
import {
  count,
  environmentName,
  fieldWithOrigin,
  impact,
  list,
  object,
  origin,
  text,
} from "../document-schema.ts";

const key = { ...text(4096), description: "The canonical name: rabbitmq/main/shop/queue/orders.fulfil" };
const broker: JsonObject = { enum: ["rabbitmq", "kafka", "kubernetes", "redis"] };

const cluster = object(
  {
    broker,
    cluster: text(4096),
    state: {
      enum: ["read", "partly", "skipped", "failed"],
      description:
        "partly: the login may not see all of it. skipped: not asked, on purpose. failed: could not be asked.",
    },
    reason: { ...text(), description: "Why it was not read, or not all of it." },
    identity: text(4096),
    version: text(100),
    declared: { ...count, description: "How many objects the files have there." },
    compared: count,
    coverage: { type: "number", description: "Compared objects in per cent of the declared ones." },
  },
  ["reason", "identity", "version"],
);

const outcome: JsonObject = {
  ...object({
    what: {
      enum: ["sets-back", "replaces", "deletes", "creates", "refused", "unseen", "nothing"],
      description:
        "refused: nothing happens until somebody allows it by name. unseen: Pulumi's provider does not read it. nothing: the engine has no say in it.",
    },
    losesMessages: { type: "boolean" },
    sentence: text(),
  }),
  description: "What the engine of the environment does about it.",
};

const changed = object(
  {
    key,
    kind: text(100),
    operation: { enum: ["change", "remove"], description: "remove: newer objects have taken its place." },
    effect: { enum: ["in-place", "replaces", "deletes"] },
    impact,
    sentence: { ...text(), description: "What putting it back does." },
    fields: { ...list(fieldWithOrigin, 10_000), description: "before is the broker, after the file." },
    origin,
    outcome,
  },
  ["origin"],
);

const unchecked = object({
  key,
  reason: text(),
  cause: {
    enum: ["unreadable", "no-secret", "not-allowed"],
    description: "unreadable: brokers tell it to nobody. Only not-allowed is a failure.",
  },
});

const ignored = object(
  { key, finding: { enum: ["changed", "missing", "unmanaged"] }, field: text(), reason: text(), origin },
  ["field"],
);

const warning = object({ broker, cluster: text(4096), key, check: text(100), sentence: text() }, ["key"]);

const keys = list(key, 100_000);
const state = object({ path: text(4096), gone: keys, unknown: keys, undeclared: keys });

/** What `queueform drift --output json` prints. */
export const driftSchema = (): JsonObject => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Queueform drift",
  ...object(
    {
      formatVersion: { const: 1 },
      environment: environmentName,
      engine: { enum: ["pulumi", "direct"] },
      clusters: list(cluster, 100),
      changed: list(changed, 100_000),
      missing: list(object({ key, kind: text(100), origin, outcome }, ["origin"]), 100_000),
      unmanaged: { ...list(object({ key, kind: text(100) }), 1_000_000), description: "In no file." },
      unchecked: list(unchecked, 100_000),
      ignored: { ...list(ignored, 1_000_000), description: "Found, and named by queueform.ignore.yaml." },
      unusedIgnores: {
        ...list(object({ entry: text(), origin }), 100_000),
        description: "Entries that match nothing; absent where not everything was looked at.",
      },
      warnings: { ...list(warning, 100_000), description: "Configured as declared, and not well." },
      state: { ...state, description: "Where Pulumi's state does not agree; absent without one." },
      repair: {
        ...list(text(20_000), 100_000),
        description: "Commands that put the brokers right, in their order; # begins a comment.",
      },
    },
    ["unusedIgnores", "state"],
  ),
});
