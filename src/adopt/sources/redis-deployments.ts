import { type Manifest, namespaceOf } from "../../kinds/kubernetes-object/manifest.ts";
import { jobQueueKey, type RedisContentSpec } from "../../kinds/redis-content/spec.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { isObject } from "../../topology/json.ts";
import type { Found, Note } from "../found.ts";
import { clientsOf, redisNameOf } from "../redis-deployment.ts";

/**
 * Brings together what runs a Redis on Kubernetes and what is in it. `read` are the names of those whose contents were read:
 * queues of others are not said, because without their schedules they would lose them.
 */
export function withDeployments(found: Found, read: ReadonlySet<string>): Found {
  let { objects, notes } = found;
  for (const [name, [, ...others]] of Map.groupBy(objects.filter(isStatefulSet), nameOf)) {
    objects = objects.filter((object) => !others.some((set) => isPartOf(object, set)));
    const clients = clientsOf(name, objects.filter(isDeployed).map(manifestOf));
    const part = read.has(name) ? withClients(objects, name, clients) : withoutQueues(objects, name, clients);
    objects = part.objects;
    notes = [...notes, ...part.notes, ...others.map((set) => another(name, set))];
  }
  const inUse = new Set(objects.filter(isStatefulSet).map((set) => namespaceOf(manifestOf(set))));
  const isEmpty = ({ spec }: PlanObject): boolean =>
    spec["kind"] === "Namespace" && !inUse.has((spec as Manifest).metadata.name);
  return { ...found, objects: objects.filter((object) => !isDeployed(object) || !isEmpty(object)), notes };
}

const isDeployed = ({ kind }: PlanObject): boolean => kind === "kubernetes-object";
const isStatefulSet = (object: PlanObject): boolean =>
  isDeployed(object) && object.spec["kind"] === "StatefulSet";
const manifestOf = ({ spec }: PlanObject): Manifest => spec as Manifest;
const nameOf = (object: PlanObject): string => redisNameOf(manifestOf(object)) ?? "";

const isPartOf = (object: PlanObject, set: PlanObject): boolean =>
  isDeployed(object) &&
  object.cluster === set.cluster &&
  nameOf(object) === nameOf(set) &&
  namespaceOf(manifestOf(object)) === namespaceOf(manifestOf(set));

const another = (name: string, set: PlanObject): Note => ({
  place: `Kubernetes ${set.cluster}`,
  about: "",
  key: set.key,
  text: `There is another Redis "${name}", in the namespace "${namespaceOf(manifestOf(set))}". A topology has one of a name.`,
});

type Finding = Pick<Found, "objects" | "notes">;
type Clients = ReturnType<typeof clientsOf>;

function withClients(objects: readonly PlanObject[], name: string, clients: Clients): Finding {
  const isOf = ({ kind, cluster }: PlanObject): boolean => kind === "redis-content" && cluster === name;
  const contents = new Map(objects.filter(isOf).map((object) => [String(object.spec["queue"]), object]));
  const said = [...clients].map(([queue, client]): PlanObject => {
    const known = contents.get(queue);
    const settings = isObject(client["queue"]) ? client["queue"] : {};
    // Before its first job there is nothing of a queue in Redis.
    const empty = { queue, library: client["library"]!, prefix: String(settings["prefix"]), schedules: {} };
    const spec = { ...(known?.spec ?? empty), client } as RedisContentSpec;
    return { kind: "redis-content", key: jobQueueKey(name, queue), cluster: name, spec, dependsOn: [] };
  });
  const others = [...contents].filter(([queue]) => !clients.has(queue));
  return {
    // On Kubernetes its settings are those of its ConfigMap.
    objects: [
      ...objects.filter(
        (object) => !isOf(object) && !(object.kind === "redis-server" && object.cluster === name),
      ),
      ...said,
    ],
    notes: others.map(([queue, { key }]): Note => ({
      place: `Redis ${name}`,
      about: key,
      key,
      text: `The job queue "${queue}" is in the Redis "${name}" and was declared by nobody: its settings are not in the ConfigMap there, and saying it would put them there.`,
    })),
  };
}

function withoutQueues(objects: readonly PlanObject[], name: string, clients: Clients): Finding {
  if (clients.size === 0) return { objects, notes: [] };
  const [settings] = objects.filter(
    (object) => isDeployed(object) && clientsOf(name, [manifestOf(object)]).size > 0,
  );
  return {
    objects: objects.filter((object) => object !== settings),
    notes: [
      {
        place: `Kubernetes ${settings!.cluster}`,
        about: settings!.key,
        key: settings!.key,
        text: `The job queues of the Redis "${name}" (${[...clients.keys()].join(", ")}) are not said, because the stack file doesn't tell how to reach it from here, and without their schedules they would lose them.`,
      },
    ],
  };
}
