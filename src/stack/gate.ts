import { generatedPolicyPrefix } from "../patterns/queue-settings.ts";
import type { Approval } from "../review/approvals-file.ts";
import type { ApprovalRequest } from "../review/approvals.ts";
import { closure } from "../review/cascade.ts";
import type { Loss } from "../review/fingerprint.ts";
import { judge, type Judgement, whyNot } from "../review/judgement.ts";
import type { Preview, PreviewError, Step } from "./preview.ts";
import { lossSentence, objectOf } from "./resource.ts";

/** A deletion or replacement in a preview. */
export interface GateStep {
  readonly key: string;
  readonly operation: Loss["operation"];
  /** What it does to messages. */
  readonly sentence: string;
  /** Keys of what goes along with it. */
  readonly takes: readonly string[];
  readonly approval?: Approval;
  /** Why it may not pass; absent for what may. */
  readonly stopped?: string;
}

export interface GateResult {
  /** Sorted by key; what goes along with another one is in its `takes` only. */
  readonly steps: readonly GateStep[];
  /** What has to be approved to let the stopped ones through. */
  readonly requests: readonly ApprovalRequest[];
  /** Approvals that have nothing to do in this preview. */
  readonly unused: readonly Approval[];
  /** Why the preview failed, as far as it was not for want of an approval: what it lists may be half of it. */
  readonly errors: readonly string[];
}

/** What Pulumi does to a resource without anything being lost. Whatever else it does, or learns to do, is a loss. */
const harmless = new Set(["same", "create", "update", "read", "refresh", "import"]);

/** Looks for an approval of all that a preview would delete or replace. `approvals` are those of its environment. */
export function gate(preview: Preview, approvals: readonly Approval[], now: Date): GateResult {
  const losing = preview.steps.filter(({ op }) => !harmless.has(op));
  const losses = lossesIn(losing);
  for (const step of losing) if (isOwnBusiness(step)) losses.delete(step.resource.urn);
  const judgements = judge([...losses.values()], approvals, now);
  const refused = preview.errors.filter(isRefusal).flatMap(({ urn = "" }) => losses.get(urn)?.key ?? []);
  const found = judgements
    .filter(({ along }) => along === undefined)
    .toSorted((a, b) => (a.loss.key < b.loss.key ? -1 : 1));
  const steps = found.map((judgement): GateStep => {
    const { loss, approval } = judgement;
    const isProtected = refused.includes(loss.key);
    const allowed = isProtected ? stillProtected(loss, preview.stack) : undefined;
    const stopped = approval ? allowed : whyNot(judgement, approvals);
    return {
      key: loss.key,
      operation: loss.operation,
      sentence: lossSentence(loss.kind, loss.before),
      takes: [...loss.taken].toSorted(),
      ...(approval && { approval }),
      ...(stopped !== undefined && { stopped }),
    };
  });
  const used = new Set(judgements.flatMap(({ approval }) => approval ?? []));
  const isStopped = steps.some(({ stopped }) => stopped !== undefined);
  const isExplained = (error: PreviewError): boolean =>
    isStopped && (isRefusal(error) || error.message === "preview failed");
  return {
    steps,
    requests: found.filter(({ approval }) => !approval).map((judgement) => request(judgement, preview.stack)),
    // Those of a stopped step have been named there.
    unused: approvals.filter(
      (approval) => !used.has(approval) && !judgements.some(({ loss }) => loss.key === approval.object),
    ),
    errors: preview.errors.filter((error) => !isExplained(error)).map(({ message }) => message),
  };
}

/**
 * Providers are no objects of a broker. A policy of ours goes when its queues have another: `diff` shows their settings.
 * A quota is replaced whenever its numbers change, which `diff` calls a change in place.
 */
function isOwnBusiness({ op, resource: { type, key } }: Step): boolean {
  if (type.startsWith("pulumi:")) return true;
  if (type === "kafka:index/quota:Quota" && /replace/.test(op)) return true;
  const generated = new RegExp(`/${generatedPolicyPrefix}[0-9a-f]{8}$`);
  return op === "delete" && type === "rabbitmq:index/policy:Policy" && generated.test(key);
}

/** Pulumi says so of a protected resource; it goes on and lists what else it would do. */
const isRefusal = ({ urn, message }: PreviewError): boolean => urn !== undefined && /\bprotect/.test(message);

/** By URN. Pulumi may list several steps of one replacement. */
function lossesIn(steps: readonly Step[]): Map<string, Loss> {
  const byUrn = Map.groupBy(steps, ({ resource }) => resource.urn);
  const replaced = new Set(steps.filter(({ op }) => /replace/.test(op)).map(({ resource }) => resource.urn));
  const cascade = closure(
    steps.flatMap(({ resource }) => resource.goesWith.map((on) => [on, resource.urn] as const)),
  );
  return new Map(
    [...byUrn].map(([urn, own]): [string, Loss] => {
      const { resource } = own[0]!;
      const after = own.find((step) => step.after)?.after;
      const operation = replaced.has(urn) ? "replace" : "delete";
      const taken = [...cascade(urn)].filter((along) => operation === "delete" || replaced.has(along));
      const { kind, spec: before } = objectOf(resource);
      const is = operation === "replace" && after ? objectOf(after).spec : undefined;
      return [
        urn,
        {
          operation,
          key: resource.key,
          kind,
          ...(before && { before }),
          ...(is && { after: is }),
          taken: new Set(taken.flatMap((along) => byUrn.get(along)?.[0]?.resource.key ?? [])),
        },
      ];
    }),
  );
}

function stillProtected({ operation }: Loss, environment: string): string {
  return operation === "delete"
    ? `It is approved and still protected. Run queueform release --env ${environment}, then preview again.`
    : "It is approved and still protected, because the broker doesn't have what Pulumi remembers. See queueform drift, and have approved what is really replaced.";
}

function request({ loss, fingerprint }: Judgement, environment: string): ApprovalRequest {
  const { key, operation, kind, before } = loss;
  return { environment, object: key, operation, fingerprint, sentence: lossSentence(kind, before) };
}
