import type { FieldConsequence, Impact, ImpactLevel } from "../kind.ts";
import type { RedisContentSpec } from "./spec.ts";

const does = (
  impact: ImpactLevel,
  sentence: string,
  effect: FieldConsequence["effect"] = "in-place",
): FieldConsequence => ({ effect, impact, sentence });

export const redisContentImpact: Impact<RedisContentSpec> = {
  added: ({ schedules }) => ({
    impact: "safe",
    sentence:
      Object.keys(schedules).length > 0
        ? "The queue's schedules start to make jobs."
        : "A new job queue; Redis holds nothing of it before its first job.",
  }),
  removed: () => ({
    impact: "disruption",
    sentence:
      "Nobody declares the queue any more: its schedules and limits are taken out of Redis only by name, and its jobs stay there.",
  }),
  changed: (field, before, after) => {
    if (field === "prefix" || field === "queue")
      return does(
        "message-loss",
        "The jobs that are in Redis stay behind under the old name, where no worker looks. Drain the queue first.",
        "replaces",
      );
    if (field.startsWith("library."))
      return does(
        "message-loss",
        "Libraries and majors don't read each other's jobs, and wait by other formulas. Drain the queue first, or choose another prefix.",
      );
    if (field.startsWith("schedules.")) return ofSchedule(field, before, after);
    if (field === "globalConcurrency" || field.startsWith("rateLimit"))
      return does("safe", "Workers keep to the new limit from their next job on.");
    if (field.startsWith("client.data") || field === "client.library.major")
      return does("documentation", "Only what applications are told of the queue changes.");
    if (field.startsWith("client.deadLetter"))
      return does(
        "disruption",
        "Jobs that fail for good go elsewhere once applications have the new settings.",
      );
    return does(
      "safe",
      "New jobs get it once applications have the new settings; jobs that are in Redis keep the old one.",
    );
  },
};

function ofSchedule(field: string, before: RedisContentSpec, after: RedisContentSpec): FieldConsequence {
  const inside = field.slice("schedules.".length);
  // Names of schedules may have dots themselves.
  const id = [...Object.keys(before.schedules), ...Object.keys(after.schedules)].find(
    (name) => inside === name || inside.startsWith(`${name}.`),
  );
  const named = `The schedule "${id ?? inside}"`;
  if (id === undefined || !Object.hasOwn(after.schedules, id))
    return does("disruption", `${named} makes no more jobs; the one that waits for its time is deleted.`);
  if (!Object.hasOwn(before.schedules, id)) return does("safe", `${named} starts to make jobs.`);
  return does("safe", `${named} changes, and so does the job that waits for its time.`);
}
