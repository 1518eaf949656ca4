import { Rejection } from "../brokers/rabbitmq-management.ts";
import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import { resolveSecrets, type SecretLookup } from "../environment/secrets.ts";
import type { RabbitmqAccessFacet } from "../kinds/live.ts";
import { rabbitmqAccessFacets } from "../live/access.ts";
import type { Change } from "../review/changes.ts";
import type { OnProgress, Rejected } from "./writer.ts";

/**
 * Sends changes of users and rights: users before what they may do, and what is taken away last. Throws BrokerError when
 * the broker can't be asked any more; resolves to what it refused.
 */
export async function writeRabbitmqAccess(
  client: RabbitmqClient,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const steps = changes
    .flatMap((change): { change: Change; facet: RabbitmqAccessFacet }[] => {
      const facet = rabbitmqAccessFacets.get(change.kind);
      return facet ? [{ change, facet }] : [];
    })
    .toSorted((a, b) => a.facet.order - b.facet.order);
  const rejected: Rejected[] = [];
  const call = async ({ key }: Change, doing: string, work: Promise<void>): Promise<void> => {
    onProgress(`${doing} ${key}`);
    try {
      await work;
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      rejected.push({ key, reason: error.message });
    }
  };
  for (const { change, facet } of steps) {
    const { before, after } = change;
    if (after)
      await call(
        change,
        before ? "changing" : "creating",
        facet.put(client, resolveSecrets(after.spec, lookup), before?.spec),
      );
  }
  for (const { change, facet } of steps.toReversed()) {
    const { before, after } = change;
    if (before && !after) await call(change, "deleting", facet.remove(client, before.spec));
  }
  return rejected;
}
