import type { DeathReason, Message } from "./message.ts";
import type { Death, Route, Simulator } from "./simulate.ts";

/** A message in a queue, and what becomes of it there. */
export interface Stay {
  readonly queue: string;
  readonly message: Message;
  /** Absent where it stays. */
  readonly death?: Death;
  /** For how many milliseconds it waits here before it expires, where the queue says so. */
  readonly waits?: number;
  /** Where its dead letter goes on to. */
  readonly next: readonly Stay[];
  /** It has been here before just so, and goes round for ever; or it has multiplied so often that it is let go. */
  readonly repeats?: true;
}

/** More deaths than one message has in any topology that works. */
const mostStays = 1000;

/**
 * Follows a message that is rejected (or expires) whenever it comes to one of the queues that `route` brought it to, as
 * with consumers that can never handle it. Elsewhere it waits until it expires, if the queue says so and has a dead
 * letter, as the queues between retries do; in any other queue it stays.
 */
export function follow(
  simulator: Simulator,
  route: Pick<Route, "queues" | "message">,
  reason: DeathReason,
): Stay[] {
  const work = new Set(route.queues);
  let stays = 0;
  const visit = (queue: string, message: Message, before: ReadonlySet<string>): Stay => {
    const fate = simulator.canDie(queue) ? fateIn(queue) : undefined;
    const state = stateOf(queue, message);
    if (fate === undefined) return { queue, message, next: [] };
    if (before.has(state) || ++stays > mostStays) return { queue, message, next: [], repeats: true };
    const death = simulator.die(queue, message, fate);
    const dead = death.route;
    const seen = new Set(before).add(state);
    const next = dead && !death.loss ? dead.queues.map((to) => visit(to, dead.message, seen)) : [];
    const ttl = fate === "expired" ? simulator.queueSetting(queue, "message-ttl") : undefined;
    return { queue, message, death, next, ...(typeof ttl === "number" && { waits: ttl }) };
  };
  const fateIn = (queue: string): DeathReason | undefined => {
    if (work.has(queue)) return reason;
    const waits =
      simulator.queueSetting(queue, "message-ttl") !== undefined &&
      simulator.queueSetting(queue, "dead-letter-exchange") !== undefined;
    return waits ? "expired" : undefined;
  };
  return route.queues.map((queue) => visit(queue, route.message, new Set()));
}

/** All that routing looks at: two messages that are alike in it share their fate. How often they died doesn't count. */
function stateOf(queue: string, { keys, exchange, deaths, firstDeath, lastDeath }: Message): string {
  const order = deaths.map((death) => [death.queue, death.reason]);
  return JSON.stringify([queue, keys, exchange, order, firstDeath, lastDeath]);
}

/** The queues where the message lies in the end, sorted; none when every copy is lost. */
export function restingPlaces(stays: readonly Stay[]): string[] {
  const found = new Set<string>();
  const visit = ({ queue, death, next, repeats }: Stay): void => {
    if ((!death && !repeats) || death?.kept) found.add(queue);
    next.forEach(visit);
  };
  stays.forEach(visit);
  return [...found].toSorted();
}

/** A queue to which the message comes again and again; undefined when its way has an end. */
export function endlessAt(stays: readonly Stay[]): string | undefined {
  for (const { queue, next, repeats } of stays) {
    const found = repeats ? queue : endlessAt(next);
    if (found !== undefined) return found;
  }
  return undefined;
}
