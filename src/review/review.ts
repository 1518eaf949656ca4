import type { ImpactLevel } from "../kinds/kind.ts";
import type { Plan } from "../plan/plan.ts";
import type { Json } from "../topology/json.ts";
import { withRoutedBindings } from "./binding-impact.ts";
import { withCascades } from "./cascades.ts";
import { type Change, changesBetween, rank } from "./changes.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { withRenames } from "./renames.ts";
import { routingChanges } from "./routing.ts";
import { withEffectiveSettings } from "./settings.ts";
import { withWaysOut } from "./ways-out.ts";

/** What a reviewer is told of one environment. */
export interface Review {
  /** Absent when the files were compared without any stack file. */
  readonly environment?: string;
  /** What limits the comparison, in full sentences: an old side that can't be read, a clone without history. */
  readonly notes: readonly string[];
  /** Sorted by key. */
  readonly changes: readonly Change[];
  /** Messages that go other ways than before. */
  readonly routing: readonly RoutingChange[];
  /** The part of RabbitMQ's wiring that changed; absent where it didn't. */
  readonly picture?: Picture;
}

/** A message that no longer reaches a queue, or newly does; or a dead letter that is dropped now. */
export interface RoutingChange {
  readonly cluster: string;
  readonly vhost: string;
  /** Where it is published; for a dead letter, where the dead-letter exchange gets it. */
  readonly exchange: string;
  readonly key: string;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly what: "no-longer-reaches" | "newly-reaches" | "dead-letter-dropped";
  /** The queue it no longer or newly reaches; for a dead letter, the queue it comes from. */
  readonly queue: string;
  readonly impact: ImpactLevel;
  /** For example: order.created no longer reaches orders.audit. */
  readonly sentence: string;
  /** Keys of the changes that cause it. */
  readonly causes: readonly string[];
}

/** What has to happen to get from one plan to the other, and what it does to messages. Pure. */
export function review(before: Plan, after: Plan, notes: readonly string[] = []): Review {
  let changes = changesBetween(before.objects, after.objects);
  changes = withEffectiveSettings(changes, before.objects, after.objects);
  changes = withCascades(changes, before.objects, after.objects);
  changes = withRenames(changes, before.objects, after.objects);
  const environment = after.environment ?? before.environment;
  const routing = routingChanges(changes, before.objects, after.objects);
  const picture = pictureOf(before.objects, after.objects, changes);
  return {
    ...(environment !== undefined && { environment }),
    notes,
    changes: withWaysOut(withRoutedBindings(changes, routing, after.objects), before, after),
    routing,
    ...(picture && { picture }),
  };
}

/** The worst that happens in any of them; undefined when nothing changes. */
export function worstImpact(reviews: readonly Review[]): ImpactLevel | undefined {
  return reviews
    .flatMap(({ changes, routing }) => [...changes, ...routing].map(({ impact }) => impact))
    .toSorted((a, b) => rank(a) - rank(b))[0];
}

/** The same without what has been approved. */
export function worstUnapproved(reviews: readonly Review[]): ImpactLevel | undefined {
  return worstImpact(
    reviews.map((one) => {
      const approved = new Set(one.changes.flatMap(({ key, approval }) => (approval ? [key] : [])));
      return {
        ...one,
        changes: one.changes.filter(({ key }) => !approved.has(key)),
        routing: one.routing.filter(({ causes }) => !causes.some((key) => approved.has(key))),
      };
    }),
  );
}
