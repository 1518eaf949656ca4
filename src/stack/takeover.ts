import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { imported as facets } from "../kinds/imported.generated.ts";
import { type ClusterUse, placeOf, withClusters } from "../live/clusters.ts";
import { compare } from "../live/compare.ts";
import type { OwnWords } from "../live/connection.ts";
import { type Observation, readAll } from "../live/observe.ts";
import { canBeSaid } from "../live/outcome.ts";
import { probeAll, type Target } from "../live/targets.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";

/** An object that `pulumi import` can take into the state. */
export interface Found {
  readonly object: PlanObject;
  /** Pulumi's. */
  readonly type: string;
  /** By what the provider finds it. */
  readonly id: string;
}

/** What the preview after the import shows for an object, other than that it stays the same. */
export interface Shown {
  readonly object: PlanObject;
  readonly op: "create" | "update" | "replace";
  /** In full sentences. */
  readonly why: string;
  /** How it differs from the files now. */
  readonly change?: Change;
  /** Whether it is on its broker; undefined where that was not asked. */
  readonly exists: boolean | undefined;
}

/** What is on the brokers of a plan, on its way into Pulumi's state. In the order of the plan. */
export interface Takeover {
  readonly found: readonly Found[];
  readonly shown: readonly Shown[];
}

/**
 * Looks on the brokers for what Pulumi is to manage, after asking them who they are. Writes nothing. `problems` are the
 * clusters that could not be asked: without them nothing can be said.
 */
export function planTakeover(
  plan: Plan,
  environment: Environment,
  lookup: SecretLookup,
): Promise<{ readonly takeover?: Takeover; readonly problems: readonly Target[] }> {
  const managed = { ...plan, objects: plan.objects.filter(({ kind }) => kind in facets) };
  return withClusters(managed, environment, lookup, async (uses) => {
    const wrong = (await probeAll(uses, environment)).filter(({ problem }) => problem !== undefined);
    if (wrong.length > 0) return { problems: wrong };
    const [observation, words] = await Promise.all([readAll(uses), allWords(uses)]);
    const failed = observation.clusters.filter(({ state }) => state === "failed" || state === "partly");
    const problems = failed.map(({ broker, cluster, reason = "" }) => ({ broker, cluster, problem: reason }));
    return problems.length > 0
      ? { problems }
      : { takeover: takeoverOf(managed, observation, words), problems };
  });
}

async function allWords(uses: readonly ClusterUse[]): Promise<ReadonlyMap<string, OwnWords>> {
  const words = await Promise.all(
    uses.map(({ connection, desired }) => connection?.inOwnWords?.(desired) ?? new Map<string, OwnWords>()),
  );
  return new Map(words.flatMap((some) => [...some]));
}

/** The same without asking anybody. `words` are what brokers say of objects themselves, by key. */
export function takeoverOf(
  plan: Plan,
  observation: Observation,
  words: ReadonlyMap<string, OwnWords>,
): Takeover {
  const { changed, missing } = compare(plan, observation);
  const changes = new Map(changed.filter(canBeSaid).map((change) => [change.key, change]));
  const absent = new Set(missing.map(({ key }) => key));
  const skipped = new Map(
    observation.clusters.flatMap(({ broker, cluster, reason }) =>
      reason === undefined ? [] : [[JSON.stringify([broker, cluster]), reason]],
    ),
  );
  const found: Found[] = [];
  const shown: Shown[] = [];
  for (const object of plan.objects) {
    const facet = facets[object.kind];
    if (!facet) continue;
    const reason = skipped.get(placeOf(object));
    if (reason !== undefined) {
      shown.push({ object, op: "create", why: `It was not looked for. ${reason}`, exists: undefined });
    } else if (absent.has(object.key)) {
      shown.push({ object, op: "create", why: "It is not on the broker.", exists: false });
    } else {
      const change = changes.get(object.key);
      const { id, shows } = facet.imported(object.spec, words.get(object.key) ?? {});
      if (id !== undefined) found.push({ object, type: facet.type(object.spec), id });
      const expected = change && id !== undefined ? difference(change) : shows;
      if (expected) shown.push({ object, ...expected, ...(change && { change }), exists: true });
    }
  }
  return { found, shown };
}

const difference = ({ effect, sentence }: Change): Pick<Shown, "op" | "why"> => ({
  op: effect === "replaces" ? "replace" : "update",
  why: `It differs from the files. ${sentence}`,
});
