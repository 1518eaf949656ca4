import type { Environment } from "../../environment/environment.ts";
import { type Manifest, namespaceOf } from "../../kinds/kubernetes-object/manifest.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { clusterPlace, type Found } from "../found.ts";
import { redisNameOf } from "../redis-deployment.ts";
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
  const redis = [...Map.groupBy(objects.flatMap(inRedis), ({ name }) => name)].map(([name, own]) =>
    writeRedis(
      own.map(({ object }) => object),
      name,
    ),
  );
  return [...rabbitmq, ...kafka, ...redis];
}

const on = (objects: readonly PlanObject[], broker: string): Map<string, PlanObject[]> =>
  Map.groupBy(
    objects.filter(({ kind }) => kind.startsWith(`${broker}-`)),
    ({ cluster }) => cluster,
  );

/** What is in a Redis, or runs it. A namespace stands with every Redis in it, as people write it. */
function inRedis(
  object: PlanObject,
  _index: number,
  all: readonly PlanObject[],
): { name: string; object: PlanObject }[] {
  if (object.kind.startsWith("redis-")) return [{ name: object.cluster, object }];
  if (object.kind !== "kubernetes-object") return [];
  const manifest = object.spec as Manifest;
  const name = redisNameOf(manifest);
  if (name !== undefined) return [{ name, object }];
  const inside = all.filter(
    ({ kind, cluster, spec }) =>
      kind === "kubernetes-object" &&
      cluster === object.cluster &&
      spec["kind"] === "StatefulSet" &&
      namespaceOf(spec as Manifest) === manifest.metadata.name,
  );
  return inside.flatMap(({ spec }) => {
    const of = redisNameOf(spec as Manifest);
    return of === undefined ? [] : [{ name: of, object }];
  });
}

function vhostOf({ kind, spec }: PlanObject): string | undefined {
  if (kind === "rabbitmq-user") return undefined;
  return String(kind === "rabbitmq-vhost" ? spec["name"] : spec["vhost"]);
}
