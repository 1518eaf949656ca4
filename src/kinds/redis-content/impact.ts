import { isObject } from "../../topology/json.ts";
import { canonicalJson } from "../key.ts";
import type { FieldConsequence, Impact, ImpactLevel } from "../kind.ts";
import type { RedisContentSpec, ScheduleSpec } from "./spec.ts";

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
    impact: "message-loss",
    sentence:
      "Jobs that wait stay in Redis, where nobody works on them once the workers of this queue are gone; its schedules and limits are taken out only by name.",
  }),
  changed: (field, before, after) => {
    if (field === "prefix" || field === "queue")
      return does(
        "message-loss",
        `The jobs that are in Redis stay behind under the old ${field} "${before[field]}", where no worker looks. Drain the queue first.`,
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
    if (field.startsWith("client.queue.defaultJobOptions.removeOnFail")) return failedJobs(before, after);
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

/** The failed jobs of a queue are its dead letters. Jobs that are in Redis keep the option they were made with. */
function failedJobs(before: RedisContentSpec, after: RedisContentSpec): FieldConsequence {
  return keptIn(after).every((most, index) => most >= keptIn(before)[index]!)
    ? does("safe", "Failed jobs of the future are kept at least as long as now, for a person to look at.")
    : does(
        "message-loss",
        "Jobs that fail for good from now on are deleted sooner, or at once, instead of being kept for a person to look at or retry.",
      );
}

/** How many failed jobs stay at most, and for how many seconds. */
function keptIn({ client }: RedisContentSpec): [count: number, age: number] {
  const queue = client?.["queue"];
  const options = isObject(queue) ? queue["defaultJobOptions"] : undefined;
  const removal = isObject(options) ? options["removeOnFail"] : undefined;
  if (removal === true) return [0, 0];
  if (typeof removal === "number") return [removal, Infinity];
  const { count, age } = isObject(removal) ? removal : {};
  return [Number(count ?? Infinity), Number(age ?? Infinity)];
}

function ofSchedule(field: string, before: RedisContentSpec, after: RedisContentSpec): FieldConsequence {
  const inside = field.slice("schedules.".length);
  // Names of schedules may have dots themselves.
  const id = [...Object.keys(before.schedules), ...Object.keys(after.schedules)].find(
    (name) => inside === name || inside.startsWith(`${name}.`),
  );
  const named = `The schedule "${id ?? inside}"`;
  const same = id === undefined ? undefined : renamedSchedule(id, before.schedules, after.schedules);
  if (same !== undefined)
    return does(
      "ordering",
      `The schedules "${id}" and "${same}" make the same jobs at the same times: while applications still make the old one by themselves, each job runs twice.`,
    );
  if (id === undefined || !Object.hasOwn(after.schedules, id))
    return does("disruption", `${named} makes no more jobs; the one that waits for its time is deleted.`);
  if (!Object.hasOwn(before.schedules, id)) return does("safe", `${named} starts to make jobs.`);
  return does("safe", `${named} changes, and so does the job that waits for its time.`);
}

/** The schedule on the other side that says the same under another id, where `id` is on one side only. */
function renamedSchedule(
  id: string,
  before: RedisContentSpec["schedules"],
  after: RedisContentSpec["schedules"],
): string | undefined {
  const [own, others, mine] = Object.hasOwn(before, id)
    ? [before, after, before[id]]
    : [after, before, after[id]];
  if (Object.hasOwn(others, id) || !mine) return undefined;
  return Object.keys(others).find(
    (other) => !Object.hasOwn(own, other) && others[other] && timesOf(others[other]) === timesOf(mine),
  );
}

/** What a schedule makes, and when. Its jobs are called like it where nothing else is said. */
const timesOf = ({ name: _name, ...rest }: ScheduleSpec): string => canonicalJson(rest);
