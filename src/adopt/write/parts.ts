import type { Environment } from "../../environment/environment.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { clusterPlace, type Found } from "../found.ts";
import type { Part, Unsaid } from "./entry.ts";
import { withKafkaApps } from "./kafka-apps.ts";
import { writeTopics } from "./kafka.ts";
import { withRabbitmqApps } from "./rabbitmq-apps.ts";
import { writeRedis } from "./redis.ts";
import { writeVhost } from "./vhost.ts";

/** Finds words for all that was found: a part for each vhost, each Kafka cluster and each Redis. */
export function partsOf(
  { objects, versions }: Found,
  environment: Environment,
  withPatterns: boolean,
): Part[] {
  const versionOf = (broker: "rabbitmq" | "kafka", cluster: string): { version?: string } => {
    const version = versions.get(clusterPlace(broker, cluster));
    return version === undefined ? {} : { version };
  };
  const rabbitmq = [...on(objects, "rabbitmq")].flatMap(([cluster, own]) => {
    const vhosts = Map.groupBy(own, vhostOf);
    const parts = [...vhosts]
      .filter(([name]) => name !== undefined)
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      .map(([name, inVhost]) => {
        const part = writeVhost(
          inVhost,
          { cluster, name: name!, ...versionOf("rabbitmq", cluster) },
          withPatterns,
        );
        return withRabbitmqApps(part, own, environment);
      });
    return withoutRest(withPasswordsOnce(parts), own);
  });
  const kafka = [...on(objects, "kafka")].map(([cluster, own]) =>
    withKafkaApps(writeTopics(own, { cluster, ...versionOf("kafka", cluster) }), own, environment),
  );
  const redis = [...on(objects, "redis")].map(([cluster, own]) => writeRedis(own, cluster));
  return [...rabbitmq, ...kafka, ...redis];
}

const on = (objects: readonly PlanObject[], broker: string): Map<string, PlanObject[]> =>
  Map.groupBy(
    objects.filter(({ kind }) => kind.startsWith(`${broker}-`)),
    ({ cluster }) => cluster,
  );

function vhostOf({ kind, spec }: PlanObject): string | undefined {
  if (kind === "rabbitmq-user") return undefined;
  return String(kind === "rabbitmq-vhost" ? spec["name"] : spec["vhost"]);
}

/** An application in several vhosts logs in with one password: said once. */
function withPasswordsOnce(parts: readonly Part[]): Part[] {
  const seen = new Set<string>();
  return parts.map((part) => ({
    ...part,
    entries: part.entries.map((entry) => {
      if (entry.block !== "apps") return entry;
      const { password: _password, ...rest } = entry.value;
      const isRepeated = seen.has(entry.name);
      seen.add(entry.name);
      return isRepeated ? { ...entry, value: rest } : entry;
    }),
  }));
}

/** Users and topic permissions that no application says. */
function withoutRest(parts: readonly Part[], objects: readonly PlanObject[]): Part[] {
  const said = new Set(parts.flatMap(({ entries }) => entries.flatMap(({ says }) => says)));
  const { cluster } = objects[0]!;
  const place = clusterPlace("rabbitmq", cluster);
  const rest = objects
    .filter(
      ({ key, kind }) => !said.has(key) && (kind === "rabbitmq-user" || kind === "rabbitmq-topic-permission"),
    )
    .map((object): Unsaid => ({ object, reason: reasonFor(object), beside: place }));
  const [first, ...others] = parts;
  if (first) return [{ ...first, unsaid: [...first.unsaid, ...rest] }, ...others];
  return [{ broker: "rabbitmq", cluster, place, entries: [], unsaid: rest }];
}

function reasonFor({ kind, spec }: PlanObject): string {
  if (kind === "rabbitmq-topic-permission")
    return `The routing keys that "${String(spec["user"])}" may use in the vhost "${String(spec["vhost"])}" are not said: its permissions there are not, or they are no list of keys.`;
  const { tags } = spec as { tags: string[] };
  return `The user "${String(spec["name"])}"${tags.length > 0 ? ` (${tags.join(", ")})` : ""} is not made by "apps": users there have no tags, and permissions that follow from what they publish and consume.`;
}
