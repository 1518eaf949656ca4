import type { Environment } from "../environment/environment.ts";
import { resolveSecrets, type SecretLookup } from "../environment/secrets.ts";
import { type ClusterUse, placeOf, withClusters } from "../live/clusters.ts";
import { type Observation, readAll } from "../live/observe.ts";
import { probeAll, type Target } from "../live/targets.ts";
import type { Plan } from "../plan/plan.ts";
import type { Change } from "../review/changes.ts";
import { refuseToLetGo, withMessages } from "./messages.ts";
import type { ApplyResult } from "./result.ts";
import { checkUsers, withOtherPasswords } from "./rotate.ts";
import { send } from "./send.ts";
import { type Verified, verify } from "./verify.ts";
import { workFor } from "./work.ts";
import type { OnProgress } from "./writer.ts";

export interface ApplyOptions {
  /**
   * Keys of objects that may be deleted or replaced, of policies that may change what others own, and of queues that may
   * lose the dead letters that they keep.
   */
  readonly allow: readonly string[];
  /** Whether what nobody declares inside an `owns:` scope is deleted; false when absent. */
  readonly prune?: boolean;
  /** Keys of users whose password is sent whatever the broker says of it. */
  readonly rotate?: readonly string[];
  readonly onProgress: OnProgress;
}

/**
 * Makes the brokers look like the plan: checks that they are the right ones, reads them, sends the difference in bulk,
 * reads them back. Sends nothing when a cluster can't be asked, or when something would be refused. A run that was
 * killed is finished by the next one, because every run starts from what is there.
 * What goes wrong on a broker is part of the result; throws UsageError for a secret that is not set and for a user to
 * rotate that is not declared. Whether this engine may write to the environment at all is for the caller to know.
 */
export async function applyPlan(
  plan: Plan,
  environment: Environment,
  lookup: SecretLookup,
  { allow, prune = false, rotate = [], onProgress }: ApplyOptions,
): Promise<ApplyResult> {
  checkUsers(plan, rotate);
  return withClusters(plan, environment, lookup, async (uses) => {
    onProgress("Checking the brokers");
    const problems = (await probeAll(uses, environment)).filter(({ problem }) => problem !== undefined);
    if (problems.length > 0) return { ...nothing, problems };
    onProgress("Reading the brokers");
    const before = withOtherPasswords(await readAll(uses), rotate);
    const unread = problemsIn(before);
    const { clusters, unchecked } = before;
    if (unread.length > 0) return { ...nothing, clusters, problems: unread };
    const { changes, refused, lettingGo, unused, unmanaged } = workFor(plan, before, new Set(allow), prune);
    const seen = { clusters, unchecked, unused, unmanaged };
    const all = [
      ...(await withMessages(refused, before.objects, uses)),
      ...(await refuseToLetGo(lettingGo, uses)),
    ];
    if (all.length > 0) return { ...nothing, ...seen, refused: all };
    // A secret that is missing has to stop the run now, not after something was deleted to be made anew.
    for (const { after } of changes) if (after) resolveSecrets(after.spec, lookup);
    const { done, failures } = await sendAll(uses, changes, environment, lookup, onProgress);
    return { ...nothing, ...seen, sent: counted(done), failed: failures };
  });
}

const nothing: ApplyResult = {
  sent: { created: 0, changed: 0, removed: 0 },
  refused: [],
  failed: [],
  unmanaged: [],
  unchecked: [],
  unused: [],
  clusters: [],
  problems: [],
};

const problemsIn = ({ clusters }: Observation): Target[] =>
  clusters.flatMap(({ broker, cluster, state, reason }) =>
    state === "failed" || state === "partly" ? [{ broker, cluster, problem: reason ?? "" }] : [],
  );

async function sendAll(
  uses: readonly ClusterUse[],
  changes: readonly Change[],
  environment: Environment,
  lookup: SecretLookup,
  onProgress: OnProgress,
): Promise<Verified> {
  const byPlace = Map.groupBy(changes, ({ kind, before, after }) =>
    placeOf({ kind, cluster: (after ?? before)!.cluster }),
  );
  const verified = await Promise.all(
    uses.map(async (use) => {
      const own = byPlace.get(JSON.stringify([use.broker, use.cluster]));
      if (!own) return { done: [], failures: [] };
      const failed = await send(use, environment, lookup, own, onProgress);
      const { done, failures } = await verify(use, own, failed);
      return { done, failures: [...failed, ...failures] };
    }),
  );
  return {
    done: verified.flatMap(({ done }) => done),
    failures: verified.flatMap(({ failures }) => failures),
  };
}

function counted(changes: readonly Change[]): ApplyResult["sent"] {
  const count = (operation: Change["operation"]): number =>
    changes.filter((change) => change.operation === operation).length;
  return { created: count("add"), changed: count("change"), removed: count("remove") };
}
