import { setTimeout } from "node:timers/promises";
import type { Environment } from "../environment/environment.ts";
import type { SecretLookup } from "../environment/secrets.ts";
import { type ClusterUse, withClusters } from "../live/clusters.ts";
import { probeAll, type Target } from "../live/targets.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { type Approval, isExpired } from "../review/approvals-file.ts";
import { closure } from "../review/cascade.ts";
import type { Loss } from "../review/fingerprint.ts";
import { judge, type Judgement, whyNot } from "../review/judgement.ts";
import { objectOf, type StackResource } from "./resource.ts";

/** Milliseconds. RabbitMQ counts a queue every five seconds and collects the counts every five seconds. */
const settling = 11_000;

export interface Refused {
  readonly approval: Approval;
  readonly reason: string;
}

export interface ReleasePlan {
  /** Protected in the state, approved to be deleted, and empty as far as they have to be. */
  readonly release: readonly StackResource[];
  /** Approved, and no longer protected. */
  readonly released: readonly StackResource[];
  readonly refused: readonly Refused[];
  /** Their objects are not in the state any more. */
  readonly unused: readonly Approval[];
  /** Clusters that could not be asked: then nothing is to be released. */
  readonly problems: readonly Target[];
}

interface Candidate {
  readonly resource: StackResource;
  readonly approval: Approval;
  readonly object: PlanObject;
}

/**
 * Which resources of a state may lose their protection: those that an approval names, that the files no longer declare,
 * that are what was approved, on the right broker, and empty there. `approvals` are those of the environment.
 */
export async function planRelease(
  resources: readonly StackResource[],
  plan: Plan,
  environment: Environment,
  approvals: readonly Approval[],
  lookup: SecretLookup,
  now: Date,
): Promise<ReleasePlan> {
  const deletions = approvals.filter(({ operation }) => operation === "delete");
  const judgements = new Map(
    judge(lossesIn(resources), deletions, now).map((judgement) => [judgement.loss.key, judgement]),
  );
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const declared = new Set(plan.objects.map(({ key }) => key));
  const refused: Refused[] = [];
  const candidates: Candidate[] = [];
  for (const approval of deletions) {
    const resource = byKey.get(approval.object);
    const judgement = judgements.get(approval.object);
    if (!resource || !judgement) continue;
    const reason = refusal(approval, judgement, declared, deletions, now);
    if (reason !== undefined) refused.push({ approval, reason });
    else if (judgement.loss.before)
      candidates.push({ resource, approval, object: planObject(judgement.loss, judgement.loss.before) });
  }
  const unused = deletions.filter(({ object }) => !byKey.has(object));
  const base = {
    released: candidates.map(({ resource }) => resource).filter(({ isProtected }) => !isProtected),
    unused,
  };
  const asked = candidates.filter(({ resource }) => resource.isProtected);
  if (asked.length === 0) return { ...base, release: [], refused, problems: [] };
  const { held, problems } = await contentsOf(asked, environment, lookup);
  const full = asked.flatMap(({ approval, object }): Refused[] => {
    const reason = approval.evenIfNotEmpty ? undefined : whyNotEmpty(held.get(object.key));
    return reason === undefined ? [] : [{ approval, reason }];
  });
  const stopped = new Set(full.map(({ approval }) => approval));
  return {
    ...base,
    release:
      problems.length > 0
        ? []
        : asked.filter(({ approval }) => !stopped.has(approval)).map(({ resource }) => resource),
    refused: problems.length > 0 ? refused : [...refused, ...full],
    problems,
  };
}

/** All that would be lost if each of these were deleted. */
function lossesIn(resources: readonly StackResource[]): Loss[] {
  const keyOf = new Map(resources.map(({ urn, key }) => [urn, key]));
  const cascade = closure(
    resources.flatMap(({ key, goesWith }) =>
      goesWith.flatMap((urn) => {
        const on = keyOf.get(urn);
        return on === undefined ? [] : [[on, key] as const];
      }),
    ),
  );
  return resources.map((resource): Loss => {
    const { kind, spec } = objectOf(resource);
    return {
      operation: "delete",
      key: resource.key,
      kind,
      ...(spec && { before: spec }),
      taken: cascade(resource.key),
    };
  });
}

function refusal(
  approval: Approval,
  judgement: Judgement,
  declared: ReadonlySet<string>,
  deletions: readonly Approval[],
  now: Date,
): string | undefined {
  if (declared.has(approval.object))
    return "The files of this environment still declare it. Remove it there, or remove the approval.";
  if (isExpired(approval, now))
    return `The approval expired on ${approval.expires}. Have a new day approved.`;
  if (judgement.approval?.fingerprint === approval.fingerprint) return undefined;
  return `${whyNot(judgement, deletions)} What would be deleted now has the fingerprint ${judgement.fingerprint}.`;
}

function planObject({ key, kind }: Loss, spec: PlanObject["spec"]): PlanObject {
  // The second part of every key; see kinds/key.ts.
  const cluster = decodeURIComponent(key.split("/")[1] ?? "");
  return { key, kind, cluster, spec, dependsOn: [] };
}

/** How many messages each object holds; "unknown" where nobody can tell. */
type Held = ReadonlyMap<string, number | "unknown">;

function contentsOf(
  candidates: readonly Candidate[],
  environment: Environment,
  lookup: SecretLookup,
): Promise<{ held: Held; problems: readonly Target[] }> {
  const objects = candidates.map(({ object }) => object);
  return withClusters({ objects }, environment, lookup, async (uses) => {
    const targets = await probeAll(uses, environment);
    // On a broker that nobody asks, nobody knows whether it is the right one.
    const problems = targets.flatMap((target) => {
      const problem = target.problem ?? target.skipped;
      return problem === undefined ? [] : [{ ...target, problem }];
    });
    if (problems.length > 0) return { held: new Map(), problems };
    const found = await Promise.all(uses.map(contentsOn));
    return { held: new Map(found.flatMap((one) => [...one])), problems: [] };
  });
}

/** A queue may have been filled or emptied since it was last counted, so the count has to be newer than the question. */
async function contentsOn({ broker, connection, desired }: ClusterUse): Promise<Held> {
  // An exchange holds nothing.
  const holders = desired.filter(({ kind }) => kind !== "rabbitmq-exchange");
  if (broker === "rabbitmq" && holders.length > 0) await setTimeout(settling);
  const stakes = await connection?.atStake?.(holders);
  return new Map(
    desired.map((object) => {
      // What the broker doesn't have is left out of what is at stake.
      const messages = stakes ? (stakes.get(object.key)?.messages ?? 0) : "unknown";
      return [object.key, holders.includes(object) ? messages : 0];
    }),
  );
}

function whyNotEmpty(messages: number | "unknown" | undefined): string | undefined {
  if (messages === 0) return undefined;
  const what =
    messages === "unknown" || messages === undefined
      ? "Nobody can tell whether it is empty."
      : `It holds ${messages} ${messages === 1 ? "message" : "messages"}.`;
  return `${what} Empty it, or have evenIfNotEmpty: true approved.`;
}
