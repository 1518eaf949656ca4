import type { ClusterUse } from "../live/clusters.ts";
import { placeOf } from "../live/clusters.ts";
import type { Connection } from "../live/connection.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";
import { withEffectiveSettings } from "../review/settings.ts";
import type { Refusal } from "./result.ts";

const connectionTo = (object: PlanObject, uses: readonly ClusterUse[]): Connection | undefined =>
  uses.find(({ broker, cluster }) => JSON.stringify([broker, cluster]) === placeOf(object))?.connection;

/** Adds to each refused object how many messages it holds, where its broker knows. */
export function withMessages(
  refused: readonly Refusal[],
  objects: readonly PlanObject[],
  uses: readonly ClusterUse[],
): Promise<Refusal[]> {
  const byKey = new Map(objects.map((object) => [object.key, object]));
  return Promise.all(
    refused.map(async (refusal) => {
      const object = byKey.get(refusal.key);
      const messages = object && (await connectionTo(object, uses)?.messagesIn?.(object));
      return messages === undefined ? refusal : { ...refusal, messages };
    }),
  );
}

/** The settings with which a queue keeps its dead letters until another queue has taken them, all three together. */
const keeping = new Map<string, (from: unknown, to: unknown) => boolean>([
  ["policy.dead-letter-strategy", (from) => from === "at-least-once"],
  ["policy.overflow", (from) => from === "reject-publish"],
  ["policy.dead-letter-exchange", (_from, to) => to === undefined],
]);

/**
 * Queues that would stop keeping their dead letters until another queue has taken them: those that are kept at that moment
 * are deleted by the broker, without a word.
 */
export function lettingGo(observed: readonly PlanObject[], changes: readonly Change[]): PlanObject[] {
  if (!changes.some(({ kind }) => kind === "rabbitmq-policy")) return [];
  const after = new Map(observed.map((object) => [object.key, object]));
  for (const change of changes) {
    // What is made anew loses all that it holds, which is another question.
    if (change.after && change.effect !== "replaces") after.set(change.key, change.after);
    else after.delete(change.key);
  }
  return withEffectiveSettings([], observed, [...after.values()]).flatMap(({ fields, before }) =>
    before && fields.some(({ field, before: from, after: to }) => keeping.get(field)?.(from, to) === true)
      ? [before]
      : [],
  );
}

/** Refuses where there are such dead letters now, as of the last seconds. */
export async function refuseToLetGo(
  queues: readonly PlanObject[],
  uses: readonly ClusterUse[],
): Promise<Refusal[]> {
  const refusals = await Promise.all(
    queues.map(async (queue): Promise<Refusal[]> => {
      const kept = (await connectionTo(queue, uses)?.deadLettersIn?.(queue)) ?? 0;
      if (kept === 0) return [];
      const sentence = `It keeps ${kept === 1 ? "a dead letter that no queue has" : `${kept} dead letters that no queue has`} taken yet, and would keep none from now on: the broker deletes them. See why they are not taken (the queue that they should reach is full, or a binding is missing), let them go there, then apply again.`;
      return [{ key: queue.key, option: "--allow", sentence }];
    }),
  );
  return refusals.flat();
}
