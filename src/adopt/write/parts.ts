import type { Environment } from "../../environment/environment.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { clusterPlace, type Found } from "../found.ts";
import type { Part } from "./entry.ts";
import { withKafkaApps } from "./kafka-apps.ts";
import { writeTopics } from "./kafka.ts";
import { withRabbitmqAccess, withUsersOnce } from "./rabbitmq-users.ts";
import { writeRedis } from "./redis.ts";
import { type Request, requestsIn, withRequests } from "./requests.ts";
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
        const vhost = { cluster, name: name!, ...versionOf("rabbitmq", cluster) };
        const write = (requests: readonly Request[]): Part =>
          withRabbitmqAccess(writeVhost(inVhost, vhost, withPatterns, requests), own, environment);
        return withPatterns ? withRequests(requestsIn(inVhost, own, vhost, environment), write) : write([]);
      });
    return withUsersOnce(parts, own);
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
