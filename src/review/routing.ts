import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { PlanObject } from "../plan/plan.ts";
import { isKey, type Sample } from "../routing/samples.ts";
import { Simulator, type VhostPlace } from "../routing/simulate.ts";
import { type Change, rank } from "./changes.ts";
import { droppedDeadLetters } from "./dead-letters.ts";
import { distinct, Paths } from "./paths.ts";
import { differencesOf, type VhostChange } from "./reached.ts";
import type { RoutingChange } from "./review.ts";
import { routingChangesFrom } from "./routing-sentences.ts";

/** Patterns whose exchanges nobody publishes to: only the broker does, with dead letters. */
export const wiring: ReadonlySet<string> = new Set(["dead-letter", "retry"]);

const routed = new Set(["rabbitmq-exchange", "rabbitmq-queue", "rabbitmq-binding"]);

/**
 * Messages that go other ways than before, found by publishing samples of what the changed bindings and exchanges tell
 * apart on both sides. Only vhosts and exchanges that a change touches are looked at.
 */
export function routingChanges(
  changes: readonly Change[],
  before: readonly PlanObject[],
  after: readonly PlanObject[],
): RoutingChange[] {
  const touched = Map.groupBy(
    changes.filter(({ kind }) => routed.has(kind)),
    (change) => placeOf((change.after ?? change.before)!),
  );
  if (touched.size === 0) return [];
  const [old, now] = [before, after].map((objects) => Map.groupBy(objects, placeOf));
  return [...touched]
    .flatMap(([place, inside]) =>
      inVhost(JSON.parse(place) as VhostPlace, inside, old?.get(place) ?? [], now?.get(place) ?? []),
    )
    .toSorted((a, b) => rank(a.impact) - rank(b.impact));
}

const placeOf = ({ cluster, spec }: PlanObject): string => JSON.stringify({ cluster, vhost: spec["vhost"] });

function inVhost(
  at: VhostPlace,
  changes: readonly Change[],
  before: readonly PlanObject[],
  after: readonly PlanObject[],
): RoutingChange[] {
  const [was, is] = [new Simulator(before, at), new Simulator(after, at)];
  const objects = [...before, ...after];
  const bindings = new Map(
    objects.flatMap(({ kind, key, spec: own }) =>
      kind === "rabbitmq-binding" ? [[key, own as BindingSpec] as const] : [],
    ),
  );
  const place: VhostChange = {
    ...at,
    before: was,
    after: is,
    changed: new Set(changes.map(({ key }) => key)),
    queuesBefore: new Set(was.queueNames()),
    queuesAfter: new Set(is.queueNames()),
    fedBefore: new Set(
      before.flatMap(({ kind, addedBy, spec: own }) =>
        // What comes back from retries was there before.
        kind === "rabbitmq-binding" && !wiring.has(addedBy ?? "") ? [(own as BindingSpec).destination] : [],
      ),
    ),
  };
  const paths = new Paths([was, is], [...bindings.values()]);
  const exchanges = Map.groupBy(
    objects.filter(({ kind }) => kind === "rabbitmq-exchange"),
    ({ spec: own }) => String(own["name"]),
  );
  const isPublishedTo = (exchange: string): boolean =>
    was.hasExchange(exchange) &&
    is.hasExchange(exchange) &&
    !exchanges.get(exchange)?.some(({ addedBy }) => wiring.has(addedBy ?? ""));
  const tried = new Map(
    [...samplesOf(changes, paths)]
      .filter(([exchange]) => isPublishedTo(exchange))
      .map(([exchange, samples]) => {
        const carried = (exchanges.get(exchange) ?? []).flatMap(carriedBy);
        const shared = paths.shared(exchange, samples, carried);
        // What people wrote comes first: sentences name the first few.
        return [exchange, distinct([...shared.filter(isKey), ...samples, ...shared])];
      }),
  );
  const differences = [...tried].flatMap(([exchange, samples]) =>
    samples.flatMap((sample) => differencesOf(place, exchange, sample)),
  );
  const sources = (exchange: string): string[] => paths.before(exchange);
  return [
    ...routingChangesFrom(place, differences, { samples: tried, sources }),
    ...droppedDeadLetters(place, changes, paths, [...bindings.values()]),
  ];
}

/** What to publish, by exchange: what the changes are about, wherever it may come from. */
function samplesOf(changes: readonly Change[], paths: Paths): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const { kind, before, after } of changes) {
    const spec = (after ?? before)!.spec;
    // A queue that comes or goes does so with its bindings, which are changes themselves.
    if (kind === "rabbitmq-queue") continue;
    const [exchange, samples] =
      kind === "rabbitmq-binding"
        ? [String(spec["source"]), paths.through(spec as BindingSpec)]
        : [String(spec["name"]), paths.of(String(spec["name"]))];
    for (const [from, arriving] of paths.towards(exchange, samples))
      found.set(from, [...(found.get(from) ?? []), ...arriving]);
  }
  return new Map([...found].map(([exchange, samples]) => [exchange, distinct(samples)]));
}

const carriedBy = ({ written }: PlanObject): string[] => {
  const carries = written?.["carries"];
  return Array.isArray(carries) ? carries.map(String) : [];
};
