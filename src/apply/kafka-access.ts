import type { Refused } from "../brokers/kafka-access.ts";
import type { KafkaClient } from "../brokers/kafka.ts";
import { resolveSecrets, type SecretLookup } from "../environment/secrets.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import { kafkaAccessFacets } from "../live/access.ts";
import type { Change } from "../review/changes.ts";
import type { OnProgress, Rejected } from "./writer.ts";

/**
 * Sends changes of users, rights and quotas, one request a kind: what is given first, what is taken away last. Throws
 * BrokerError when no broker can be asked any more; resolves to what was refused.
 */
export async function writeKafkaAccess(
  client: KafkaClient,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  const send = async (
    doing: string,
    kind: string,
    work: readonly Change[],
    call: () => Promise<Refused[]>,
  ): Promise<void> => {
    if (work.length === 0) return;
    const noun = kinds[kind]!.noun;
    onProgress(`${doing} ${work.length.toLocaleString("en")} ${work.length === 1 ? noun : `${noun}s`}`);
    for (const { index, reason } of await call())
      rejected.push({ key: work[index]!.key, reason: `Kafka refused it: ${reason}` });
  };
  const byKind = Map.groupBy(changes, ({ kind }) => kind);
  const facets = [...kafkaAccessFacets].toSorted(([, a], [, b]) => a.order - b.order);
  for (const [kind, facet] of facets) {
    const put = (byKind.get(kind) ?? []).filter(({ after }) => after);
    await send("writing", kind, put, () =>
      facet.put(
        client,
        put.map(({ before, after }) => ({
          before: before?.spec,
          after: resolveSecrets(after!.spec, lookup),
        })),
      ),
    );
  }
  for (const [kind, facet] of facets.toReversed()) {
    const gone = (byKind.get(kind) ?? []).filter(({ after }) => !after);
    await send("deleting", kind, gone, () =>
      facet.remove(
        client,
        gone.map(({ before }) => before!.spec),
      ),
    );
  }
  return rejected;
}
