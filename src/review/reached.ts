import { bindingKey, exchangeKey, queueKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { keyOf, type Sample } from "../routing/samples.ts";
import type { ExchangeStep, Route, Simulator } from "../routing/simulate.ts";

/** One vhost before and after, and the keys of what changes in it. */
export interface VhostChange {
  readonly cluster: string;
  readonly vhost: string;
  readonly before: Simulator;
  readonly after: Simulator;
  readonly changed: ReadonlySet<string>;
  readonly queuesBefore: ReadonlySet<string>;
  readonly queuesAfter: ReadonlySet<string>;
  /** Queues that people bound to something before. */
  readonly fedBefore: ReadonlySet<string>;
}

/** What the change does to one message and one queue. */
export interface Difference {
  readonly sample: Sample;
  readonly exchange: string;
  readonly queue: string;
  readonly what: "lost" | "moved" | "gained";
  /** Lost: the queues that still get it. Moved: those that get it instead. Gained: none. */
  readonly others: readonly string[];
  /** Whether the others are only where messages go that no binding takes. */
  readonly onlyAlternate: boolean;
  readonly causes: readonly string[];
}

/**
 * What becomes of a message that is published to an exchange on both sides. What a queue that comes or goes implies is
 * left out: only a message that nothing gets after the queue has gone is worth a word.
 */
export function differencesOf(place: VhostChange, exchange: string, sample: Sample): Difference[] {
  const { before, after, queuesBefore, queuesAfter } = place;
  const [was, is] = [before, after].map((side) => side.publish(exchange, keyOf(sample), sample.headers)) as [
    Route,
    Route,
  ];
  const [had, has] = [new Set(was.queues), new Set(is.queues)];
  const lost = was.queues.filter((queue) => !has.has(queue));
  const gained = is.queues.filter((queue) => !had.has(queue));
  if (lost.length === 0 && gained.length === 0) return [];
  const [wantedBefore, wantedAfter] = [withoutAlternates(was.way), withoutAlternates(is.way)];
  const onlyAlternate = is.queues.length > 0 && wantedAfter.size === 0;
  // A queue that nothing was routed to before has nothing else to do: it takes over.
  const takeover = gained.filter((queue) => wantedAfter.has(queue) && !place.fedBefore.has(queue));
  const causes = (queue: string, first: Route, second: Route): string[] => {
    const direct = changedOn(place, first.way, queue);
    const own = queuesAfter.has(queue) ? [] : [queueKey(place.cluster, place.vhost, queue)];
    const found = [...new Set([...own.filter((key) => place.changed.has(key)), ...direct])];
    return found.length > 0 ? found : changedOn(place, second.way);
  };
  const base = { sample, exchange, onlyAlternate };
  return [
    ...lost.flatMap((queue): Difference[] => {
      const gone = !queuesAfter.has(queue);
      // What was unroutable has found its queue.
      if (!wantedBefore.has(queue) && wantedAfter.size > 0) return [];
      if (gone && wantedAfter.size > 0) return [];
      const moved = takeover.length > 0 && !gone;
      return [
        {
          ...base,
          queue,
          what: moved ? "moved" : "lost",
          others: moved ? takeover : is.queues,
          causes: causes(queue, was, is),
        },
      ];
    }),
    ...gained.flatMap((queue): Difference[] => {
      if (!queuesBefore.has(queue)) return [];
      if (lost.length > 0 && (takeover.includes(queue) || !wantedAfter.has(queue))) return [];
      return [{ ...base, queue, what: "gained", others: [], causes: causes(queue, is, was) }];
    }),
  ];
}

/** The queues to which bindings lead, without any help of an alternate. */
function withoutAlternates({ taken }: ExchangeStep): Set<string> {
  return new Set(
    taken.flatMap(({ binding, next }) => (next ? [...withoutAlternates(next)] : [binding.destination])),
  );
}

/** Keys of the exchanges and bindings that change, on the way to a queue or on all of the way. */
export function changedOn(place: VhostChange, way: ExchangeStep, queue?: string): string[] {
  const { cluster, vhost } = place;
  const leads = (step: ExchangeStep): string[] | undefined => {
    const parts = [
      ...step.taken.map(({ binding, next }) => ({
        key: bindingKey(cluster, vhost, binding),
        further: next ? leads(next) : ends(binding) ? [] : undefined,
      })),
      ...(step.alternate ? [{ key: undefined, further: leads(step.alternate) }] : []),
    ];
    const used = parts.filter(({ further }) => further);
    if (used.length === 0 && queue !== undefined) return undefined;
    const keys = used.flatMap(({ key, further = [] }) => [...(key === undefined ? [] : [key]), ...further]);
    return [exchangeKey(cluster, vhost, step.exchange), ...keys];
  };
  const ends = ({ destination }: BindingSpec): boolean => queue === undefined || destination === queue;
  return [...new Set(leads(way) ?? [])].filter((key) => place.changed.has(key));
}
