import { canonicalJson, queueKey } from "../../kinds/key.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { JsonObject } from "../../topology/json.ts";
import { objectsOf } from "./compiled.ts";
import { headOf, type Vhost } from "./view.ts";
import { queueWords } from "./words.ts";

interface Recognised {
  /** The words of queues that have a pattern, by name. */
  readonly values: ReadonlyMap<string, JsonObject>;
  /** Objects that need no words of their own: their key, and that of the queue whose pattern makes them. */
  readonly claimed: ReadonlyMap<string, string>;
}

/**
 * Finds queues whose dead-letter exchange, dead-letter queue or retries are exactly what `deadLetter` and `retry` make. What
 * a pattern makes is not repeated here: each guess is compiled, and counts if all it makes is there.
 */
export function recognise(vhost: Vhost): Recognised {
  const values = new Map<string, JsonObject>();
  const claimed = new Map<string, string>();
  for (const [queue, spec] of vhost.queues) {
    const { "x-dead-letter-exchange": exchange, ...rest } = spec.arguments;
    if (exchange !== `${queue}.dlx` || !vhost.exchanges.has(exchange)) continue;
    const base = queueWords({ ...spec, arguments: rest });
    for (const guess of guesses(queue, exchange, vhost)) {
      const value = { ...base, ...guess };
      const made = madeBy(value, queue, vhost);
      if (!made) continue;
      values.set(queue, value);
      for (const key of made) claimed.set(key, queueKey(vhost.cluster, vhost.name, queue));
      break;
    }
  }
  return { values, claimed };
}

/** The richest first. */
function guesses(queue: string, exchange: string, vhost: Vhost): JsonObject[] {
  const ends = (vhost.from.get(exchange) ?? []).filter(({ spec }) => spec.destinationType === "queue");
  const targets = [...new Set(ends.map(({ spec }) => spec.destination))];
  const retries = retryGuesses(queue, vhost);
  return targets.flatMap((target): JsonObject[] => {
    const deadLetter = target === `${queue}.dlq` ? true : { queue: target };
    return [...retries.map((retry): JsonObject => ({ retry, deadLetter })), { deadLetter }];
  });
}

/** Follows the steps of a ladder from the exchange that a first rejection comes to. */
function retryGuesses(queue: string, { from, queues }: Vhost): JsonObject[] {
  const next = `${queue}.retry`;
  const delays: number[] = [];
  let step = from.get(`${next}.first`)?.[0]?.spec.destination;
  const seen = new Set<string>();
  while (step !== undefined && !seen.has(step)) {
    seen.add(step);
    const delay = queues.get(step)?.arguments["x-message-ttl"];
    if (typeof delay !== "number" || !step.startsWith(`${next}.`)) break;
    delays.push(delay);
    const key = step;
    step = from.get(next)?.find(({ spec }) => spec.routingKey === key)?.spec.destination;
  }
  const [first, second] = delays;
  if (first === undefined || first === 0) return [];
  const base = { retries: delays.length, delay: durationText(first) };
  if (second === undefined) return [base];
  if (delays.every((delay) => delay === first)) return [{ ...base, backoff: "fixed" }];
  const factor = second / first;
  const growing = { ...base, ...(factor !== 2 && { factor }) };
  return [growing, { ...growing, maxDelay: durationText(delays.at(-1)!) }];
}

/** Keys of what the words of a queue make beside it, if all of that is there; undefined otherwise. */
function madeBy(value: JsonObject, queue: string, vhost: Vhost): string[] | undefined {
  const made = new Set<string>();
  const closed = new Set<string>();
  for (const { kind, key, spec, addedBy } of objectsOf({
    rabbitmq: { ...headOf(vhost), queues: { [queue]: value } },
  })) {
    // Settings are looked at for all queues together.
    if (kind === "rabbitmq-policy") continue;
    const found = vhost.byKey.get(key);
    if (!found) return undefined;
    const isEnd = kind === "rabbitmq-queue" && addedBy === "dead-letter";
    const isSame = canonicalJson(found.spec) === canonicalJson(spec);
    // A dead-letter queue that is otherwise than the pattern would make it is written out, and then isn't made.
    if (!isSame && !isEnd) return undefined;
    if (isSame && addedBy !== undefined) made.add(key);
    if (!isEnd && addedBy !== undefined) closed.add(key);
  }
  const guests = [...closed].flatMap((key) => vhost.to.get(key) ?? []);
  // What a pattern makes has no place in a file where a further binding could be written.
  return guests.every(({ key }) => made.has(key)) ? [...made] : undefined;
}
