import type { Consequence, ImpactLevel } from "../kind.ts";
import { at, type Manifest } from "./manifest.ts";

const does = (impact: ImpactLevel, sentence: string): Consequence => ({ impact, sentence });

interface Presence {
  readonly added: Consequence;
  readonly removed: Consequence;
}

/** What it does when an object of a kind appears or goes. */
export const presence: Readonly<Record<string, (manifest: Manifest) => Presence>> = {
  Namespace: ({ metadata }) => ({
    added: does("safe", `A new namespace "${metadata.name}".`),
    removed: does(
      "message-loss",
      `Deleting namespace "${metadata.name}" deletes everything in it, with the volumes and the jobs on them.`,
    ),
  }),
  StatefulSet: ({ metadata }) => ({
    added: does(
      "safe",
      `A new Redis "${metadata.name}": it starts empty, or with the jobs of a volume that an earlier one of this name left.`,
    ),
    removed: does(
      "outage",
      `Redis "${metadata.name}" stops, and its clients fail. Its volume claim stays, with the jobs in it.`,
    ),
  }),
  PersistentVolumeClaim: ({ metadata }) => ({
    added: does("safe", `A new volume "${metadata.name}".`),
    removed: does("message-loss", `Deleting claim "${metadata.name}" deletes the volume and the jobs on it.`),
  }),
  ConfigMap: ({ metadata }) => ({
    added: does("safe", `A new configuration "${metadata.name}".`),
    removed: does("outage", `A pod that reads "${metadata.name}" can't start again without it.`),
  }),
  Secret: ({ metadata }) => ({
    added: does("safe", `A new secret "${metadata.name}".`),
    removed: does("outage", `A pod that reads "${metadata.name}" can't start again without it.`),
  }),
  Service: (manifest) => ({
    added: does("safe", `A new name "${manifest.metadata.name}" that clients can connect to.`),
    removed:
      at(manifest, "spec", "clusterIP") === "None"
        ? does(
            "disruption",
            `Pods lose their own names under "${manifest.metadata.name}"; clients that use them fail.`,
          )
        : does("outage", `Clients that connect to "${manifest.metadata.name}" find nobody.`),
  }),
  PodDisruptionBudget: ({ metadata }) => ({
    added: does("safe", `Draining a node respects "${metadata.name}" from now on.`),
    removed: does("disruption", `Draining a node may stop all pods that "${metadata.name}" guarded at once.`),
  }),
  NetworkPolicy: ({ metadata }) => ({
    added: does(
      "disruption",
      `Only pods with the labels that "${metadata.name}" names may connect; any other that did is refused.`,
    ),
    removed: does(
      "disruption",
      `Every pod of the cluster may connect to what "${metadata.name}" guarded, unless another policy guards it too.`,
    ),
  }),
};
