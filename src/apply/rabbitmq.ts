import type { VhostDefinitions } from "../brokers/rabbitmq-definitions.ts";
import { Rejection } from "../brokers/rabbitmq-management.ts";
import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import type { RabbitmqCluster } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import type { RabbitmqFacet } from "../kinds/live.ts";
import { openRabbitmq, rabbitmqFacets } from "../live/rabbitmq.ts";
import type { Change } from "../review/changes.ts";
import { writeRabbitmqAccess } from "./rabbitmq-access.ts";
import type { OnProgress, Rejected } from "./writer.ts";

/**
 * Sends changes: vhosts, then per vhost one import of all that is missing, then what goes. Nothing is deleted in a vhost
 * whose import failed, because what was to take its place may be missing. Throws BrokerError when the broker can't be
 * asked any more; resolves to what it refused.
 */
export async function writeRabbitmq(
  cluster: RabbitmqCluster,
  lookup: SecretLookup,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const client = openRabbitmq(cluster, lookup);
  try {
    const rejected: Rejected[] = [];
    const inVhosts = changes.filter(({ kind }) => rabbitmqFacets.has(kind));
    const vhosts = Map.groupBy(inVhosts, vhostOf);
    for (const [vhost, inside] of vhosts)
      rejected.push(...(await writeVhost(client, vhost, inside, onProgress)));
    rejected.push(...(await writeRabbitmqAccess(client, lookup, changes, onProgress)));
    return rejected;
  } finally {
    client.close();
  }
}

const vhostOf = ({ before, after }: Change): string => {
  const spec = (after ?? before)!.spec;
  return String(spec["vhost"] ?? spec["name"]);
};

interface Step {
  readonly change: Change;
  readonly facet: RabbitmqFacet;
}

async function writeVhost(
  client: RabbitmqClient,
  vhost: string,
  changes: readonly Change[],
  onProgress: OnProgress,
): Promise<Rejected[]> {
  const steps = changes.flatMap((change): Step[] => {
    const facet = rabbitmqFacets.get(change.kind);
    return facet ? [{ change, facet }] : [];
  });
  steps.sort((a, b) => a.facet.order - b.facet.order);
  const backwards = steps.toReversed();
  const remove = ({ change, facet }: Step): Promise<void> => facet.remove(client, change.before!.spec);
  const stages: readonly (() => Promise<Rejected[]>)[] = [
    () =>
      inTurn(
        steps.filter(({ change, facet }) => change.after && facet.put),
        ({ change, facet }) => {
          onProgress(`settings of vhost ${vhost}`);
          return facet.put!(client, change.after!.spec, change.before?.spec);
        },
      ),
    () =>
      inTurn(
        backwards.filter(({ change }) => change.effect === "replaces"),
        (step) => {
          onProgress(`deleting ${step.change.key}, to make it anew`);
          return remove(step);
        },
      ),
    async () => {
      const wanted = steps.filter(({ change, facet }) => change.after && facet.define);
      if (wanted.length === 0) return [];
      onProgress(`importing ${counted(wanted)} into vhost ${vhost}`);
      const definitions = merge(wanted.map(({ change, facet }) => facet.define!(change.after!.spec)));
      const isNew = changes.some(({ kind, operation }) => kind === "rabbitmq-vhost" && operation === "add");
      return rejections(client.importDefinitions(vhost, definitions, { isNew }));
    },
    () =>
      inTurn(
        backwards.filter(({ change }) => change.operation === "remove"),
        (step) => {
          onProgress(`deleting ${step.change.key}`);
          return remove(step);
        },
      ),
  ];
  for (const stage of stages) {
    const rejected = await stage();
    if (rejected.length === 0) continue;
    // What comes later may need what is missing now. A whole request that failed has said enough.
    const saysSo = stage === stages.at(-1) || rejected.some(({ key }) => key === undefined);
    return saysSo
      ? rejected
      : [...rejected, { reason: `Nothing more was sent to vhost ${vhost} after that.` }];
  }
  return [];
}

async function inTurn(steps: readonly Step[], call: (step: Step) => Promise<void>): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const step of steps) rejected.push(...(await rejections(call(step), step.change.key)));
  return rejected;
}

/** [] when the broker took it. Any other error than a refusal means that it can't be asked at all, and is thrown. */
async function rejections(call: Promise<void>, key?: string): Promise<Rejected[]> {
  try {
    await call;
    return [];
  } catch (error) {
    if (error instanceof Rejection) return [{ ...(key !== undefined && { key }), reason: error.message }];
    throw error;
  }
}

function merge(fragments: readonly VhostDefinitions[]): VhostDefinitions {
  return {
    policies: fragments.flatMap(({ policies }) => policies ?? []),
    exchanges: fragments.flatMap(({ exchanges }) => exchanges ?? []),
    queues: fragments.flatMap(({ queues }) => queues ?? []),
    bindings: fragments.flatMap(({ bindings }) => bindings ?? []),
  };
}

/** Such as "3 policies, 1,000 queues". */
function counted(steps: readonly Step[]): string {
  const byKind = Map.groupBy(steps, ({ change }) => kinds[change.kind]!.noun);
  return [...byKind]
    .map(([noun, { length }]) => `${length.toLocaleString("en")} ${length === 1 ? noun : plural(noun)}`)
    .join(", ");
}

const plural = (noun: string): string => (noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`);
