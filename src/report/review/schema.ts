import type { JsonObject } from "../../topology/json.ts";
import { count, environmentName, field, impact, list, object, origin, text } from "../document-schema.ts";

const step = object({ text: text(), yaml: text(100_000) }, ["yaml"]);

const atStake = object(
  {
    messages: count,
    consumers: count,
    bytes: count,
    lag: { type: "object", additionalProperties: count, description: "Unread records, by consumer group." },
  },
  ["messages", "consumers", "bytes", "lag"],
);

const change = object(
  {
    key: { ...text(4096), description: "The canonical name: rabbitmq/main/shop/queue/orders.fulfil" },
    kind: text(100),
    operation: { enum: ["add", "change", "remove"] },
    effect: {
      enum: ["creates", "in-place", "replaces", "deletes"],
      description: "replaces: deleted and made anew.",
    },
    impact,
    sentence: text(),
    fields: list(field, 10_000),
    before: origin,
    after: origin,
    takenAlongBy: { ...text(4096), description: "Key of the object that takes this one along." },
    renamed: { ...text(4096), description: "Key of the object that it looks like a rename of." },
    wayOut: { ...list(step, 100), description: "How to get there without losing a message." },
    atStake: { ...atStake, description: "What was on the broker, with --live." },
    approval: {
      ...object({ reason: text(), expires: text(), fingerprint: text(), origin }),
      description: "The entry that allows it.",
    },
    needsApproval: {
      ...object({ operation: { enum: ["replace", "delete"] }, fingerprint: text() }),
      description: "What an entry of topology/approvals.yaml has to say before Pulumi may do it.",
    },
  },
  ["before", "after", "takenAlongBy", "renamed", "wayOut", "atStake", "approval", "needsApproval"],
);

const routing = object(
  {
    cluster: text(4096),
    vhost: text(4096),
    exchange: text(4096),
    key: text(4096),
    headers: { type: "object" },
    what: { enum: ["no-longer-reaches", "newly-reaches", "dead-letter-dropped"] },
    queue: text(4096),
    impact,
    sentence: text(),
    causes: { ...list(text(4096), 10_000), description: "Keys of changes." },
  },
  ["headers"],
);

const flow = object({
  nodes: list(object({ key: text(4096), noun: { enum: ["queue", "exchange"] }, name: text(4096) }), 100),
  edges: list(
    object({
      from: text(4096),
      to: text(4096),
      by: { enum: ["binding", "dead-letter", "alternate"] },
      labels: list(text(4096), 100_000),
    }),
    1000,
  ),
});

const environment = object(
  {
    environment: environmentName,
    notes: { ...list(text(), 100), description: "What limits the comparison." },
    changes: { ...list(change, 100_000), description: "Sorted by key." },
    routing: { ...list(routing, 100_000), description: "Messages that go other ways than before." },
    picture: {
      ...object({ before: flow, after: flow }),
      description: "The wiring that changed, for a drawing.",
    },
  },
  ["environment", "picture"],
);

/** What `queueform diff --output json` prints. */
export const reviewSchema = (): JsonObject => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Queueform review",
  ...object({
    formatVersion: { const: 1 },
    against: text(),
    environments: list(environment, 100),
  }),
});
