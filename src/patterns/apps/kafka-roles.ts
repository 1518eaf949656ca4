import type { AclValue } from "../../kinds/kafka-acl/definition.ts";
import type { QuotaValue } from "../../kinds/kafka-quota/definition.ts";
import { type Declaration, namedValues, textOf, type TopologyFile } from "../../topology/file.ts";
import { type Mark, markOf } from "../../topology/mark.ts";
import type { Said } from "./said.ts";
import { sideTopicsOf, type TopicWithRetry } from "../kafka-retry/side-topics.ts";

/** What people write of one application. */
export interface KafkaAppValue {
  readonly for?: string;
  readonly password?: string;
  readonly quota?: QuotaValue;
}

/** One consumer group of a topic. */
export interface ConsumerGroupValue {
  /** The application; the one that is called like the group when absent. */
  readonly app?: string;
  readonly instances?: { readonly min?: number; readonly max?: number };
  readonly maxLag?: number;
}

export type TopicWithApps = TopicWithRetry & {
  readonly producers?: readonly string[];
  readonly consumers?: Readonly<Record<string, ConsumerGroupValue>>;
};

/** What one application does on one cluster, from all that the files say of it. */
export interface KafkaRole {
  readonly app: string;
  readonly cluster: string;
  readonly file: TopologyFile;
  readonly mark: Mark;
  readonly rights: { readonly acl: AclValue; readonly file: TopologyFile; readonly mark: Mark }[];
  readonly passwords: Said<string>[];
  readonly quotas: Said<QuotaValue>[];
}

/** Who does what: from `apps`, and from the producers and consumers of topics. */
export function kafkaRoles(
  files: readonly TopologyFile[],
  declarations: readonly Declaration[],
): KafkaRole[] {
  const roles = new Map<string, KafkaRole>();
  const roleOf = (app: string, cluster: string, file: TopologyFile, mark: Mark): KafkaRole => {
    const id = JSON.stringify([cluster, app]);
    const role = roles.get(id) ?? { app, cluster, file, mark, rights: [], passwords: [], quotas: [] };
    roles.set(id, role);
    return role;
  };
  for (const file of files) {
    const cluster = textOf(file, ["kafka", "cluster"], "main");
    for (const { name: app, value, mark } of namedValues(file, "kafka", "apps")) {
      const { password, quota } = value as KafkaAppValue;
      const role = roleOf(app, cluster, file, mark);
      if (password !== undefined)
        role.passwords.push({ value: password, mark: markOf(value, "password") ?? mark });
      if (quota) role.quotas.push({ value: quota, mark: markOf(value, "quota") ?? mark });
    }
  }
  for (const { kind, cluster, name, value, file, mark } of declarations) {
    if (kind !== "kafka-topic") continue;
    const topic = value as TopicWithApps;
    const grant = (app: string, at: Mark, acls: readonly AclValue[]): void => {
      for (const acl of acls) roleOf(app, cluster, file, at).rights.push({ acl, file, mark: at });
    };
    for (const [index, app] of (topic.producers ?? []).entries())
      grant(app, markOf(topic.producers!, index) ?? mark, onTopic(name, "Write"));
    for (const [group, { app = group }] of Object.entries(topic.consumers ?? {}))
      grant(app, markOf(topic, "consumers", group) ?? mark, ofConsumer(name, topic, group));
  }
  return [...roles.values()];
}

/** Describe would come with the others; it is said all the same, as in what kafka-acls.sh writes. */
const onTopic = (name: string, ...operations: AclValue["operation"][]): AclValue[] =>
  [...operations, "Describe" as const].map((operation) => ({
    resourceType: "Topic",
    resourceName: name,
    operation,
  }));

/** A consumer that tries again writes what failed to the next topic, and reads it there. */
function ofConsumer(name: string, topic: TopicWithRetry, group: string): AclValue[] {
  const { retries, deadLetter } = sideTopicsOf(name, topic);
  return [
    { resourceType: "Group", resourceName: group, operation: "Read" },
    ...onTopic(name, "Read"),
    ...retries.flatMap((retry) => onTopic(retry.name, "Read", "Write")),
    ...(deadLetter === undefined ? [] : onTopic(deadLetter, "Write")),
  ];
}
