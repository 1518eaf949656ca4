import type { Json } from "../topology/json.ts";

/** Why a queue gave a message up. */
export type DeathReason = "rejected" | "expired" | "maxlen" | "delivery_limit";

/** One entry of the x-death header: the broker keeps one for each queue and reason. */
export interface DeathRecord {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly count: number;
  /** The exchange and the keys that the message came with when it died there for the first time. */
  readonly exchange: string;
  readonly keys: readonly string[];
}

/** What the x-first-death-* and x-last-death-* headers say. */
export interface DeathPlace {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly exchange: string;
}

/** A message on its way, as far as routing looks at it. */
export interface Message {
  /** Where it was published to last: by its publisher, or by the broker as a dead letter. */
  readonly exchange: string;
  /** Its routing key, then those of its CC and BCC headers: an exchange matches any of them. */
  readonly keys: readonly string[];
  /** Those of BCC: they route, but no header tells consumers of them. */
  readonly blindKeys: readonly string[];
  /** As the publisher set them. */
  readonly headers: Readonly<Record<string, Json>>;
  /** The x-death header, newest first. */
  readonly deaths: readonly DeathRecord[];
  readonly firstDeath?: DeathPlace;
  readonly lastDeath?: DeathPlace;
}

/** A message as its publisher hands it over; CC and BCC headers add routing keys. */
export function messageFor(
  exchange: string,
  key: string,
  headers: Readonly<Record<string, Json>> = {},
): Message {
  const more = (name: string): string[] => {
    const value = headers[name];
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  };
  const { BCC: _hidden, ...kept } = headers;
  const blindKeys = more("BCC");
  return { exchange, keys: [key, ...more("CC"), ...blindKeys], blindKeys, headers: kept, deaths: [] };
}

/**
 * The message as a dead letter, on its way to `target`. Deaths for the same reason in the same queue are counted in one
 * entry, which moves to the front. Before 3.13 the others are turned round each time, which the cycle rule then sees.
 * Source: mc.erl record_death, rabbit_dead_letter.erl publish; the order was seen on 3.10.8.
 */
export function deadLetterOf(
  message: Message,
  place: { readonly queue: string; readonly reason: DeathReason },
  target: { readonly exchange: string; readonly key: string | undefined },
  before313: boolean,
): Message {
  const { queue, reason } = place;
  const known = before313 ? message.deaths.toReversed() : message.deaths;
  const same = known.find((death) => death.queue === queue && death.reason === reason);
  const entry: DeathRecord = same
    ? { ...same, count: same.count + 1 }
    : {
        queue,
        reason,
        count: 1,
        exchange: message.exchange,
        keys: toldKeys(message, before313),
      };
  const here: DeathPlace = { queue, reason, exchange: message.exchange };
  return {
    exchange: target.exchange,
    keys: target.key === undefined ? message.keys : [target.key],
    blindKeys: message.blindKeys,
    headers: message.headers,
    deaths: [entry, ...known.filter((death) => death !== same)],
    firstDeath: message.firstDeath ?? here,
    lastDeath: here,
  };
}

/**
 * The keys that the x-death header tells of. The key itself always before 3.13; since then not where it is also in BCC.
 * Source: rabbit_dead_letter.erl make_msg, header_routes before 3.13; both seen.
 */
function toldKeys({ keys, blindKeys }: Message, before313: boolean): string[] {
  return before313 ? [...keys.slice(0, 1), ...without(keys.slice(1), blindKeys)] : without(keys, blindKeys);
}

/** Takes each of `some` away once. */
function without(keys: readonly string[], some: readonly string[]): string[] {
  const left = [...keys];
  for (const key of some) {
    const at = left.indexOf(key);
    if (at !== -1) left.splice(at, 1);
  }
  return left;
}

/**
 * Whether a dead letter would come back to a queue where it died before without any consumer having rejected it since:
 * the broker drops it there, or it would go round for ever.
 * Source: mc.erl is_cycle_v2; rabbit_dead_letter.erl is_cycle before 3.13.
 */
export function isCycle(queue: string, deaths: readonly DeathRecord[]): boolean {
  const known = deaths.findIndex((death) => death.queue === queue);
  return known !== -1 && !deaths.slice(0, known + 1).some(({ reason }) => reason === "rejected");
}
