import { keyOf, labelsOf, type Sample } from "../routing/samples.ts";
import type { Difference, VhostChange } from "./reached.ts";
import type { RoutingChange } from "./review.ts";

/** A sentence names so many keys; the others are counted. */
const mostNamed = 3;

/** What was tried. */
export interface Tried {
  /** What was published to each exchange. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** The exchanges from which an exchange gets messages, itself among them. */
  readonly sources: (exchange: string) => readonly string[];
}

/**
 * One entry for what happens between an exchange and a queue, however many keys it concerns. Where the same happens to
 * messages that come from another exchange, only that one is named.
 */
export function routingChangesFrom(
  place: VhostChange,
  differences: readonly Difference[],
  { samples, sources }: Tried,
): RoutingChange[] {
  const groups = Map.groupBy(differences, groupOf);
  return [...groups.values()].flatMap((group) => {
    const { queue, what, exchange } = group[0]!;
    const causes = causesOf(group);
    const saidBefore = sources(exchange).some((source) => {
      const same = source === exchange ? undefined : groups.get(groupOf({ queue, what, exchange: source }));
      return same && causes.every((cause) => causesOf(same).includes(cause));
    });
    return saidBefore ? [] : [routingChange(place, group, samples.get(exchange) ?? [])];
  });
}

const groupOf = ({ queue, what, exchange }: Pick<Difference, "queue" | "what" | "exchange">): string =>
  JSON.stringify([queue, what, exchange]);

const causesOf = (group: readonly Difference[]): string[] =>
  [...new Set(group.flatMap(({ causes }) => causes))].toSorted();

function routingChange(
  { cluster, vhost }: VhostChange,
  group: readonly Difference[],
  tried: readonly Sample[],
): RoutingChange {
  const { sample, exchange, queue, what } = group[0]!;
  const verdicts = {
    lost: ["no-longer-reaches", "message-loss", lost],
    moved: ["no-longer-reaches", "disruption", moved],
    gained: ["newly-reaches", "safe", gained],
  } as const;
  const [happens, impact, ending] = verdicts[what];
  const subject = subjectOf(group, tried);
  const reach = `${what === "gained" ? "newly" : "no longer"} ${subject.isOne ? "reaches" : "reach"}`;
  return {
    cluster,
    vhost,
    exchange,
    key: keyOf(sample),
    ...(Object.keys(sample.headers).length > 0 && { headers: sample.headers }),
    what: happens,
    queue,
    impact,
    sentence: `${subject.text} ${reach} ${queue}${ending(group, tried)}.`,
    causes: causesOf(group),
  };
}

function lost(group: readonly Difference[], tried: readonly Sample[]): string {
  const parts = [
    group.filter(({ others }) => others.length === 0),
    group.filter(({ others, onlyAlternate }) => others.length > 0 && onlyAlternate),
    group.filter(({ others, onlyAlternate }) => others.length > 0 && !onlyAlternate),
  ];
  const isMixed = parts.filter((part) => part.length > 0).length > 1;
  const [dropped, unrouted, kept] = parts.map((part) => {
    const { text, isOne } = subjectOf(part, tried);
    const others = [...new Set(part.flatMap((one) => one.others))].toSorted();
    const pronoun = isOne ? "it" : "them";
    return {
      subject: isMixed ? text : isOne ? "it" : "they",
      object: isMixed ? text : pronoun,
      isOne,
      queues: listed(others),
      get: others.length > 1 ? "get" : "gets",
      happens: part.length > 0,
    };
  });
  const said = [
    dropped?.happens &&
      `${isMixed ? "" : `no other queue gets ${dropped.object}, so `}${dropped.subject} ${dropped.isOne ? "is" : "are"} dropped`,
    unrouted?.happens &&
      `${unrouted.subject} ${unrouted.isOne ? "goes" : "go"} to ${unrouted.queues}, as what nobody is bound for`,
    kept?.happens &&
      `${kept.queues} still ${kept.get} ${kept.object}, the consumers of ${group[0]!.queue} don't`,
  ].filter((part) => typeof part === "string");
  return `: ${said.join("; ")}`;
}

const moved = (group: readonly Difference[]): string =>
  `, but ${listed([...new Set(group.flatMap(({ others }) => others))])}, to which nothing came before: its consumers must consume that queue too`;

const gained = (): string => ": check that its consumers expect it";

function subjectOf(group: readonly Difference[], tried: readonly Sample[]): { text: string; isOne: boolean } {
  const labels = labelsOf(
    group.map(({ sample }) => sample),
    tried,
  );
  if (labels.length === 0) return { text: `What is published to ${group[0]?.exchange ?? ""}`, isOne: true };
  const shown = labels.slice(0, mostNamed);
  const more = labels.length - shown.length;
  return { text: listed(more > 0 ? [...shown, `${more} more`] : shown), isOne: labels.length === 1 };
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
