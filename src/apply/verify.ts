import { setTimeout as wait } from "node:timers/promises";
import { BrokerError } from "../brokers/error.ts";
import type { ClusterUse } from "../live/clusters.ts";
import { type Change, changesBetween } from "../review/changes.ts";
import type { Failure } from "./result.ts";

/**
 * Milliseconds that a broker which lags may show nothing more of what it acknowledged: Kafka shows topics together when all
 * of their partitions have files, and 5,000 of these take a busy disk more than half a minute.
 */
const usualPatience = 120_000;
const longestPause = 2000;
/** More than this many objects that did not change are counted rather than listed. */
const listed = 20;

export interface Verified {
  /** The changes that took effect. */
  readonly done: readonly Change[];
  readonly failures: readonly Failure[];
}

/**
 * Reads a cluster back and says which of the changes took effect: a bulk import skips what it can't make without a word.
 * Objects that the broker refused aloud are in `known`, and not said twice.
 */
export async function verify(
  { broker, cluster, connection, desired }: ClusterUse,
  changes: readonly Change[],
  known: readonly Failure[],
  patience = usualPatience,
): Promise<Verified> {
  if (!connection) return { done: [], failures: [] };
  const base = { broker, cluster };
  const refused = new Set(known.map(({ key }) => key));
  const expected = changes.filter(({ key }) => !refused.has(key));
  // After a request that failed as a whole, much is missing for the reason that was given with it.
  const cutShort = refused.has(undefined);
  const isWaitedFor = connection.lags && !cutShort;
  let deadline = Date.now();
  let left = Infinity;
  try {
    for (let pause = 50; ;) {
      const { objects, problems = [] } = await connection.read(desired);
      if (problems.length > 0) throw new BrokerError(problems.join(" "));
      const found = new Map(objects.map((object) => [object.key, object]));
      const done: Change[] = [];
      const failures: Failure[] = [];
      for (const change of expected) {
        const reason = shortfall(change, found.get(change.key));
        if (reason === undefined) done.push(change);
        else failures.push({ ...base, key: change.key, reason });
      }
      if (failures.length === 0) return { done, failures };
      if (isWaitedFor && failures.length < left) {
        deadline = Date.now() + patience;
        pause = 50;
      }
      left = failures.length;
      if (Date.now() + pause < deadline) {
        await wait(pause);
        pause = Math.min(2 * pause, longestPause);
        continue;
      }
      const shown = cutShort ? [] : failures.slice(0, listed);
      const rest = failures.length - shown.length;
      if (rest === 0) return { done, failures: shown };
      const count = `${rest} ${shown.length > 0 ? "more " : ""}${rest === 1 ? "object is" : "objects are"}`;
      const reason = `${count} not as declared yet. The next apply goes on with the work.`;
      return { done, failures: [...shown, { ...base, reason }] };
    }
  } catch (error) {
    if (error instanceof BrokerError)
      return {
        done: [],
        failures: [{ ...base, reason: `What was sent could not be read back. ${error.message}` }],
      };
    throw error;
  }
}

/** What is still missing for a change to have happened; undefined when nothing is. */
function shortfall({ after }: Change, found: Change["after"]): string | undefined {
  if (!after) return found && "It should be gone and is still there.";
  if (!found) return "It is still not there: the broker took the request and left it out.";
  const [left] = changesBetween([found], [after]);
  if (!left) return undefined;
  const fields = left.fields.map(({ field, before }) => `${field} is ${JSON.stringify(before) ?? "not set"}`);
  return `The broker took the request, but ${fields.join(", ")}.`;
}
