import { queueKey } from "../../kinds/key.ts";
import type { Report } from "../../topology/diagnostic.ts";
import type { JsonObject } from "../../topology/json.ts";
import type { JsonTable } from "../../brokers/rabbitmq-definitions.ts";
import { clusterPlace, vhostPlace } from "../found.ts";
import { readExchange, readQueue, tagsOf } from "./items.ts";
import { checkSpec, type Fields, listIn, objectIn, type Resource, textIn } from "./kubernetes.ts";
import type { RabbitmqCollector } from "./rabbitmq.ts";

export const messagingTopologyGroup = "rabbitmq.com/";

const text: JsonObject = { type: "string" };
const nonEmpty: JsonObject = { type: "string", minLength: 1 };
const flag: JsonObject = { type: "boolean" };
const table: JsonObject = { type: "object" };
const named = (properties: JsonObject, required: string[] = ["name"]): JsonObject => ({
  type: "object",
  required,
  properties: { name: nonEmpty, vhost: nonEmpty, ...properties },
});
const shape = { durable: flag, autoDelete: flag, type: text, arguments: table };

/** What the resources that become objects of ours must look like. Source: the operator's api/v1beta1. */
const specs: Readonly<Record<string, JsonObject>> = {
  Vhost: named({ limits: table, defaultQueueType: text }),
  Exchange: named(shape),
  Queue: named(shape),
  Binding: named(
    {
      source: text,
      destination: text,
      destinationType: { enum: ["queue", "exchange"] },
      routingKey: text,
      arguments: table,
    },
    ["source", "destination", "destinationType"],
  ),
  Policy: named({ pattern: text, applyTo: text, priority: { type: "integer" }, definition: table }, [
    "name",
    "pattern",
    "definition",
  ]),
  User: { type: "object", properties: { tags: { type: "array", items: text } } },
  Permission: named({ user: text, permissions: table }, ["vhost", "permissions"]),
  TopicPermission: named({ user: text, permissions: table }, ["vhost", "permissions"]),
  SuperStream: { type: "object", properties: { partitions: { type: "integer", minimum: 1 } } },
};

/** Which RabbitMQ a resource is for, as its reference says. */
export const clusterReferenceOf = ({ spec, namespace }: Resource): string => {
  const reference = objectIn(spec, "rabbitmqClusterReference");
  return JSON.stringify([textIn(reference, "namespace", namespace), textIn(reference, "name", "")]);
};

/**
 * Reads the resources of RabbitMQ's Messaging Topology Operator that are for one cluster. Defaults are those of the
 * operator, where a queue that doesn't say `durable` is not.
 */
export function readMessagingTopology(
  resources: readonly Resource[],
  all: readonly Resource[],
  collector: RabbitmqCollector,
  report: Report,
): void {
  const logins = new Map(
    resources.filter(({ kind }) => kind === "User").map((user) => [user.name, loginOf(user, all)] as const),
  );
  for (const resource of resources) {
    const spec = specs[resource.kind];
    if (spec && !checkSpec(resource, spec, report)) continue;
    readResource(resource, logins, collector);
  }
}

function readResource(
  { kind, name, spec, mark }: Resource,
  logins: ReadonlyMap<string, string | undefined>,
  collector: RabbitmqCollector,
): void {
  const vhost = textIn(spec, "vhost", "/");
  const durability = { durable: spec["durable"] === true, auto_delete: spec["autoDelete"] === true };
  switch (kind) {
    case "Vhost":
      readVhost(spec, collector, mark);
      return;
    case "Exchange":
      readExchange(collector, { ...spec, ...durability, type: textIn(spec, "type", "direct") }, vhost, mark);
      return;
    case "Queue": {
      const { type, ...rest } = spec;
      const given = { ...objectIn(spec, "arguments"), ...(type !== undefined && { "x-queue-type": type }) };
      readQueue(collector, { ...rest, ...durability, arguments: given }, vhost, mark);
      if (spec["durable"] === undefined)
        collector.note(
          queueKey(collector.cluster, vhost, textIn(spec, "name", "")),
          `The queue "${textIn(spec, "name", "")}" doesn't say "durable", which means not durable in most releases of the operator.`,
          mark,
        );
      return;
    }
    case "Binding": {
      const binding = {
        source: textIn(spec, "source", ""),
        destination: textIn(spec, "destination", ""),
        destination_type: spec["destinationType"] === "exchange" ? ("exchange" as const) : ("queue" as const),
        routing_key: textIn(spec, "routingKey", ""),
        arguments: objectIn(spec, "arguments") as JsonTable,
      };
      collector.add("rabbitmq-binding", vhost, { bindings: [binding] }, mark);
      return;
    }
    case "Policy": {
      const policy = {
        name: textIn(spec, "name", ""),
        pattern: textIn(spec, "pattern", ""),
        "apply-to": textIn(spec, "applyTo", "all"),
        priority: Number(spec["priority"] ?? 0),
        definition: objectIn(spec, "definition") as JsonTable,
      };
      collector.add("rabbitmq-policy", vhost, { policies: [policy] }, mark);
      return;
    }
    case "User": {
      const login = logins.get(name);
      if (login !== undefined) collector.user(login, tagsOf(spec["tags"]), mark);
      else
        collector.note(
          clusterPlace("rabbitmq", collector.cluster),
          `The user of the resource "${name}" has a name that only its Secret in Kubernetes knows.`,
          mark,
        );
      return;
    }
    case "Permission":
    case "TopicPermission": {
      const reference = textIn(objectIn(spec, "userReference"), "name", "");
      const user = textIn(spec, "user", logins.get(reference) ?? "");
      if (user !== "") readPermission(kind, user, vhost, objectIn(spec, "permissions"), collector, mark);
      else
        collector.note(
          vhostPlace(collector.cluster, vhost),
          `The ${nouns[kind]} "${name}" is for the user of the resource "${reference}", whose name is not known here.`,
          mark,
        );
      return;
    }
    case "SuperStream":
      readSuperStream(name, vhost, spec, collector, mark);
      return;
    default:
      collector.note(
        vhostPlace(collector.cluster, vhost),
        `The ${nouns[kind] ?? kind} "${textIn(spec, "name", name)}" has no word here. Whoever manages it now has to go on doing so.`,
        mark,
      );
  }
}

const nouns: Readonly<Record<string, string>> = {
  OperatorPolicy: "operator policy",
  Federation: "federation upstream",
  Shovel: "shovel",
  SchemaReplication: "schema replication",
  Permission: "permission",
  TopicPermission: "topic permission",
};

type At = Resource["mark"];

function readVhost(spec: Fields, collector: RabbitmqCollector, mark: At): void {
  const { connections, queues } = objectIn(spec, "limits");
  const name = textIn(spec, "name", "");
  const type = spec["defaultQueueType"];
  collector.vhost(
    { name, ...(typeof type === "string" && { default_queue_type: type }) },
    {
      ...(typeof connections === "number" && { "max-connections": connections }),
      ...(typeof queues === "number" && { "max-queues": queues }),
    },
    "",
    mark,
  );
  const tags = tagsOf(spec["tags"]);
  if (tags.length > 0 || spec["tracing"] === true)
    collector.note(
      vhostPlace(collector.cluster, name),
      `${spec["tracing"] === true ? "Tracing" : "The tags"} of the vhost "${name}" can't be said here.`,
      mark,
    );
}

function readPermission(
  kind: "Permission" | "TopicPermission",
  user: string,
  vhost: string,
  given: Fields,
  collector: RabbitmqCollector,
  mark: At,
): void {
  const rights = { user, vhost, write: textIn(given, "write", ""), read: textIn(given, "read", "") };
  if (kind === "Permission")
    collector.permission({ ...rights, configure: textIn(given, "configure", "") }, mark);
  else collector.topicPermission({ ...rights, exchange: textIn(given, "exchange", "") }, mark);
}

/** The objects that the operator makes of a super stream; it names them after the resource. */
function readSuperStream(
  name: string,
  vhost: string,
  spec: Fields,
  collector: RabbitmqCollector,
  mark: At,
): void {
  readExchange(collector, { name, type: "direct" }, vhost, mark);
  const keys = listIn(spec, "routingKeys").map(String);
  const count = Number(spec["partitions"] ?? 3);
  const routingKeys = keys.length > 0 ? keys : Array.from({ length: count }, (_, index) => String(index));
  for (const [index, key] of routingKeys.entries()) {
    const destination = `${name}-${key}`;
    readQueue(collector, { name: destination, arguments: { "x-queue-type": "stream" } }, vhost, mark);
    const binding = {
      source: name,
      destination,
      destination_type: "queue" as const,
      routing_key: key,
      arguments: { "x-stream-partition-order": index },
    };
    collector.add("rabbitmq-binding", vhost, { bindings: [binding] }, mark);
  }
}

/** The name that a User logs in with: the operator tells it in the status, or a Secret of the same file says it. */
function loginOf({ spec, value, namespace }: Resource, all: readonly Resource[]): string | undefined {
  const told = objectIn(value, "status")["username"];
  if (typeof told === "string" && told !== "") return told;
  const secretName = objectIn(spec, "importCredentialsSecret")["name"];
  const secret = all.find(
    (one) => one.kind === "Secret" && one.name === secretName && one.namespace === namespace,
  );
  if (!secret) return undefined;
  const clear = objectIn(secret.value, "stringData")["username"];
  if (typeof clear === "string") return clear;
  const encoded = objectIn(secret.value, "data")["username"];
  return typeof encoded === "string" ? Buffer.from(encoded, "base64").toString("utf8") : undefined;
}
