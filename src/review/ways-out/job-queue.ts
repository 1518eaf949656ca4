import { jobQueueKey } from "../../kinds/redis-content/spec.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { deletion, nextName, type WayOut, yamlOf } from "./words.ts";

/** Jobs stay under the name, prefix and library they were added with: workers of both run until the old ones are done. */
export const jobQueueWayOut: WayOut = (change, sides) => {
  const { before, after } = change;
  // Jobs stay behind under another library, too, though nothing is deleted.
  const isOther = change.fields.some(({ field }) => field.startsWith("library."));
  if (!before || (change.effect === "in-place" && !isOther)) return undefined;
  const old = String(before.spec["queue"]);
  const last = [
    {
      text: `Wait until no job of "${old}" waits, is delayed or active: "queueform diff --live" counts them.`,
    },
    deletion(`job queue "${old}"`, [before.key], sides),
  ];
  const successor = after ?? sides.after.get(change.renamed ?? "");
  if (!successor?.written) return [{ text: `Let nobody add jobs to "${old}" any more.` }, ...last];
  const isTaken = (name: string): boolean => {
    const key = jobQueueKey(before.cluster, name);
    return sides.before.has(key) || sides.after.has(key);
  };
  const name = successor.key === before.key ? nextName(old, isTaken) : String(successor.spec["queue"]);
  const { schedules, ...settings } = successor.written;
  return [
    {
      text: `Add job queue "${name}" beside "${old}", with the settings that "${old}" was to get and without schedules.`,
      yaml: inRedis(before, { [name]: settings }),
    },
    { text: `Start workers for "${name}", and leave those of "${old}" running.` },
    schedules === undefined
      ? { text: `Let applications add their jobs to "${name}".` }
      : {
          text: `Move the schedules from "${old}" to "${name}", and let applications add their jobs there.`,
          yaml: inRedis(before, { [old]: { schedules: {} }, [name]: { schedules } }),
        },
    ...last,
  ];
};

const inRedis = ({ cluster }: PlanObject, queues: object): string =>
  yamlOf({ redis: { [cluster]: { queues } } });
