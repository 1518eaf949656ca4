import type { Json, JsonObject } from "../../topology/json.ts";
import { isObject } from "../../topology/json.ts";
import { canonicalJson } from "../key.ts";
import type { Consequence, FieldConsequence, ImpactLevel } from "../kind.ts";
import { idempotencyChange } from "../redis-server/idempotency.ts";

export interface ChangeRow {
  /** Path of a leaf or of a block, as in leaves.ts. The first row that covers a leaf is the one that counts. */
  readonly field: string;
  /** In place when absent. */
  readonly effect?: FieldConsequence["effect"];
  readonly does: Consequence | ((before: Json | undefined, after: Json | undefined) => Consequence);
}

const does = (impact: ImpactLevel, sentence: string): Consequence => ({ impact, sentence });

const madeAnew =
  "Kubernetes can't change this of a StatefulSet: it is deleted and made anew, and Redis is down meanwhile. Its volume claim stays, with the jobs in it.";

/** Which fields of which kind only a new object can have (those that the Kubernetes API or its Pulumi provider replaces), and what the others do. */
export const changeRows: Readonly<Record<string, readonly ChangeRow[]>> = {
  StatefulSet: [
    {
      field: "spec.volumeClaimTemplates",
      effect: "replaces",
      does: does("outage", `${madeAnew} The claim keeps its old size and class too: enlarge it by hand.`),
    },
    { field: "spec.selector", effect: "replaces", does: does("outage", madeAnew) },
    { field: "spec.serviceName", effect: "replaces", does: does("outage", madeAnew) },
    { field: "spec.podManagementPolicy", effect: "replaces", does: does("outage", madeAnew) },
    { field: "spec.revisionHistoryLimit", effect: "replaces", does: does("outage", madeAnew) },
    { field: "spec.replicas", does: replicas },
    {
      field: "spec.template.metadata.annotations",
      does: does(
        "disruption",
        "The pod restarts, because redis.conf changed: Redis is away until it has loaded its jobs again.",
      ),
    },
    {
      field: "spec.template.spec.containers[].image",
      does: does(
        "disruption",
        "The pod restarts with another server: Redis is away until it has loaded its jobs. An older version may be unable to read what a newer one wrote.",
      ),
    },
    {
      field: "spec.template.spec.containers[].resources",
      does: does(
        "disruption",
        "The pod restarts with other resources: Redis is away until it has loaded its jobs, which must fit.",
      ),
    },
    {
      field: "spec.template",
      does: does("disruption", "The pod restarts: Redis is away until it has loaded its jobs again."),
    },
  ],
  ConfigMap: [
    { field: "data.idempotency.json", does: idempotency },
    { field: "data.redis.conf", does: redisConf },
    {
      field: "data",
      does: does(
        "disruption",
        "The configuration changes; what reads it sees the new one when it starts again.",
      ),
    },
    {
      field: "binaryData",
      does: does(
        "disruption",
        "The configuration changes; what reads it sees the new one when it starts again.",
      ),
    },
  ],
  Secret: [
    {
      field: "type",
      effect: "replaces",
      does: does(
        "outage",
        "The type of a Secret can't be changed: it is deleted and made anew, and pods that start in between fail.",
      ),
    },
    {
      field: "stringData",
      does: does(
        "outage",
        "The password changes. Redis takes the new one when its pod restarts, and refuses clients that still use the old one.",
      ),
    },
    {
      field: "data",
      does: does(
        "outage",
        "The password changes. Redis takes the new one when its pod restarts, and refuses clients that still use the old one.",
      ),
    },
  ],
  Service: [
    {
      field: "spec.clusterIP",
      effect: "replaces",
      does: does(
        "outage",
        "The address of a Service can't be changed: it is deleted and made anew, and clients fail until they look its name up again.",
      ),
    },
    {
      field: "spec.selector",
      does: does(
        "outage",
        "The Service leads to other pods: clients that connect from now on reach those, or nobody.",
      ),
    },
    { field: "spec.ports", does: does("outage", "Clients that connect to the old port reach nobody.") },
    {
      field: "spec.type",
      does: does("disruption", "The Service becomes reachable from another place; connections may break."),
    },
  ],
  NetworkPolicy: [
    { field: "spec.ingress", does: admission },
    {
      field: "spec.podSelector",
      does: does(
        "outage",
        "The policy guards other pods: some that could be reached can't be any more, and some are open to everybody.",
      ),
    },
    {
      field: "spec.policyTypes",
      does: does(
        "outage",
        "The policy guards another direction of traffic: connections that worked may be refused.",
      ),
    },
  ],
  PodDisruptionBudget: [
    {
      field: "spec",
      does: does("disruption", "Draining a node may now stop another number of pods at a time."),
    },
  ],
  PersistentVolumeClaim: [
    ...["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"].map(
      (field): ChangeRow => ({
        field,
        effect: "replaces",
        does: does(
          "message-loss",
          "This of a volume claim can't be changed: it is deleted with all jobs on the volume, and made anew.",
        ),
      }),
    ),
    {
      field: "spec.resources",
      does: does("disruption", "The volume is resized, where its class allows that; it can only grow."),
    },
  ],
  Namespace: [
    {
      field: "metadata.labels",
      does: does(
        "disruption",
        "Labels of a namespace decide which pods may run in it and which policies hold for it.",
      ),
    },
  ],
};

/** After the rows of the object's own kind. */
export const everyKind: readonly ChangeRow[] = [
  { field: "metadata.labels", does: does("documentation", "Only labels change.") },
  { field: "metadata.annotations", does: does("documentation", "Only annotations change.") },
];

function replicas(_before: Json | undefined, after: Json | undefined): Consequence {
  if (after === 0) return does("outage", "Redis is stopped; its volume stays, with the jobs in it.");
  if (after === 1)
    return does(
      "disruption",
      "Exactly one Redis runs again; jobs on the volumes of others are no longer seen.",
    );
  return does(
    "message-loss",
    "Each replica is a Redis of its own: clients are spread over them, and find only some of their jobs.",
  );
}

function idempotency(before: Json | undefined, after: Json | undefined): Consequence {
  return idempotencyChange(settingsIn(before), settingsIn(after));
}

/** undefined for a file that isn't there, or that somebody broke in the cluster. */
function settingsIn(file: Json | undefined): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(String(file));
    return isObject(read) ? (read as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

const neverSyncs = /^appendfsync no$/m;

function redisConf(before: Json | undefined, after: Json | undefined): Consequence {
  return !neverSyncs.test(String(before)) && neverSyncs.test(String(after))
    ? does(
        "durability",
        "Redis leaves it to the operating system when jobs reach the disk: a crash of the machine loses the last half minute of them.",
      )
    : does("disruption", "The configuration changes; what reads it sees the new one when it starts again.");
}

function admission(before: Json | undefined, after: Json | undefined): Consequence {
  const kept = new Set((Array.isArray(after) ? after : []).map(canonicalJson));
  const narrowed = !Array.isArray(before) || before.some((rule) => !kept.has(canonicalJson(rule)));
  return narrowed
    ? does("outage", "Pods that could connect so far may be refused from now on.")
    : does("safe", "More pods may connect; those that could still can.");
}
