import { isObject } from "../../topology/json.ts";
import { deletion, type WayOut } from "./words.ts";

/** What holds the data of a Redis is not changed but followed by another one. */
export const kubernetesWayOut: WayOut = ({ before, effect }, sides) => {
  const metadata = before?.spec["metadata"];
  if (!before || effect === "in-place" || !isObject(metadata)) return undefined;
  const kind = String(before.spec["kind"]);
  if (kind !== "StatefulSet" && kind !== "PersistentVolumeClaim") return undefined;
  const name = String(metadata["name"]);
  return [
    {
      text: `Leave ${kind} "${name}" as it is, and declare a second Redis beside it under "redis:", with the new settings and the same job queues without their schedules.`,
    },
    { text: "Start workers for the new Redis, and leave those of the old one running." },
    { text: "Move the schedules to the new Redis, and let applications add their jobs there." },
    {
      text: 'Wait until no job waits, is delayed or active in the old Redis: "queueform diff --live" counts them.',
    },
    deletion(`the old Redis (${kind} "${name}")`, [before.key], sides),
  ];
};
