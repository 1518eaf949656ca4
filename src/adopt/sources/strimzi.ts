import { aclKey, type AclSpec } from "../../kinds/kafka-acl/definition.ts";
import { quotaKey } from "../../kinds/kafka-quota/definition.ts";
import { canonicalJson, topicKey, userKey } from "../../kinds/key.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Report } from "../../topology/diagnostic.ts";
import { isObject, type JsonObject } from "../../topology/json.ts";
import { type Mark, markOf } from "../../topology/mark.ts";
import { type Found, type Note, originOf, passwordReference, placeOf } from "../found.ts";
import { cleanupPolicy } from "./cleanup-policy.ts";
import { checkSpec, type Fields, listIn, objectIn, type Resource, textIn } from "./kubernetes.ts";
import { topicSpec, userSpec } from "./strimzi-schema.ts";

export const strimziGroup = "kafka.strimzi.io/";
/** What Strimzi's other kinds hold is no topology: Kafka itself, its connectors and mirrors. */
export const isTopicOrUser = ({ kind }: Resource): boolean => kind === "KafkaTopic" || kind === "KafkaUser";

export const kafkaLabelOf = ({ metadata, namespace }: Resource): string =>
  JSON.stringify([namespace, textIn(objectIn(metadata, "labels"), "strimzi.io/cluster", "")]);

/** Reads the KafkaTopic and KafkaUser resources of Strimzi that are for one cluster. */
export function readStrimzi(resources: readonly Resource[], cluster: string, report: Report): Found {
  const objects = new Map<string, PlanObject>();
  const notes: Note[] = [];
  const reader: Reader = {
    cluster,
    keep: (kind, key, spec, mark) => {
      const origin = originOf(mark);
      const known = objects.get(key);
      if (!known) objects.set(key, { kind, key, cluster, spec, dependsOn: [], origin });
      else if (canonicalJson(known.spec) !== canonicalJson(spec))
        notes.push({
          about: key,
          place: placeOf(origin),
          text: `${key} stands there twice, and not the same. The first one was taken.`,
        });
    },
    note: (about, said, { mark }) => void notes.push({ about, text: said, place: placeOf(originOf(mark)) }),
  };
  for (const resource of resources) {
    if (resource.kind === "KafkaTopic") {
      if (checkSpec(resource, topicSpec, report)) readTopic(resource, reader);
    } else if (checkSpec(resource, userSpec, report)) readUser(resource, reader);
  }
  return { objects: [...objects.values()], notes, versions: new Map() };
}

interface Reader {
  readonly cluster: string;
  keep(this: void, kind: string, key: string, spec: JsonObject, mark: Mark): void;
  note(this: void, about: string, text: string, at: Resource): void;
}

function readTopic(resource: Resource, { cluster, keep, note }: Reader): void {
  const { spec } = resource;
  const name = textIn(spec, "topicName", resource.name);
  const key = topicKey(cluster, name);
  if (name.startsWith("__")) {
    note(key, `The topic "${name}" is Kafka's own.`, resource);
    return;
  }
  const { partitions, replicas } = spec;
  if (typeof partitions !== "number" || typeof replicas !== "number") {
    note(
      key,
      `The topic "${name}" leaves its ${typeof partitions === "number" ? "replicas" : "partitions"} to the default of the cluster, which is not known here. Write the number into the resource, or import from the cluster.`,
      resource,
    );
    return;
  }
  if (String(objectIn(resource.metadata, "annotations")["strimzi.io/managed"]) === "false")
    note(
      key,
      `The topic "${name}" is not managed by Strimzi (strimzi.io/managed), so it may look otherwise on the cluster. Import it from there if it does.`,
      resource,
    );
  const settings = objectIn(spec, "config");
  const config = Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== null)
      .map(([setting]) => [setting, settingText(settings, setting)]),
  );
  keep("kafka-topic", key, { name, partitions, replicationFactor: replicas, config }, resource.mark);
}

/** Kafka keeps texts. */
function settingText(settings: Fields, setting: string): string {
  const value = settings[setting];
  const mark = markOf(settings, setting);
  // "No limit" is often the largest number of Java, which no number here can hold.
  const isLong = Number.isInteger(value) && !Number.isSafeInteger(value) && mark !== undefined;
  const written = isLong
    ? mark.source.text.slice(mark.start, mark.end)
    : [value].flat().map(String).join(",");
  return setting === "cleanup.policy" ? cleanupPolicy(written) : written;
}

function readUser(resource: Resource, { cluster, keep, note }: Reader): void {
  const { name, spec } = resource;
  const key = userKey("kafka", cluster, name);
  const authentication = textIn(objectIn(spec, "authentication"), "type", "");
  if (authentication === "scram-sha-512")
    keep(
      "kafka-user",
      key,
      { name, mechanism: "SCRAM-SHA-512", password: passwordReference(name) },
      resource.mark,
    );
  // What Kafka calls a user that logs in with a certificate is the whole name in it.
  const user = authentication.startsWith("tls") ? `CN=${name}` : name;
  const rules = listIn(objectIn(spec, "authorization"), "acls").filter(isObject);
  const quotas = Object.keys(objectIn(spec, "quotas"));
  for (const rule of rules) {
    const acls = aclsOf(user, rule);
    for (const one of acls) keep("kafka-acl", aclKey(cluster, one), one, markOf(rule) ?? resource.mark);
    if (acls.length === 0) note(key, `A rule of the user "${name}" names no operation.`, resource);
  }
  readQuota(user, resource, { cluster, keep, note });
  if (authentication !== "scram-sha-512" && rules.length + quotas.length === 0)
    note(
      key,
      `The user "${name}" has no password, no rules and no quotas, so Kafka keeps nothing of it.`,
      resource,
    );
}

const resourceTypes: Readonly<Record<string, string>> = {
  topic: "Topic",
  group: "Group",
  cluster: "Cluster",
  transactionalId: "TransactionalID",
};

function aclsOf(user: string, acl: Fields): AclSpec[] {
  const resource = objectIn(acl, "resource");
  const type = textIn(resource, "type", "");
  // The old field names one operation, the new one a list.
  const operations = [acl["operation"] ?? [], listIn(acl, "operations")].flat(2).map(String);
  return operations.map((operation) => ({
    principal: `User:${user}`,
    host: textIn(acl, "host", "*"),
    operation,
    permission: acl["type"] === "deny" ? "Deny" : "Allow",
    resourceType: resourceTypes[type] ?? type,
    resourceName: type === "cluster" ? "kafka-cluster" : textIn(resource, "name", "*"),
    patternType: resource["patternType"] === "prefix" ? "Prefixed" : "Literal",
  }));
}

const quotas: Readonly<Record<string, string>> = {
  producerByteRate: "producer_byte_rate",
  consumerByteRate: "consumer_byte_rate",
  requestPercentage: "request_percentage",
};

function readQuota(user: string, resource: Resource, { cluster, keep, note }: Reader): void {
  const key = quotaKey(cluster, user);
  const limits: JsonObject = {};
  for (const [name, value] of Object.entries(objectIn(resource.spec, "quotas"))) {
    const known = quotas[name];
    if (known !== undefined && typeof value === "number") limits[known] = value;
    else note(key, `The quota ${name} of "${resource.name}" has no word here.`, resource);
  }
  if (Object.keys(limits).length > 0) keep("kafka-quota", key, { user, limits }, resource.mark);
}
