import { kinds } from "../kinds/definitions.generated.ts";
import { resources } from "../kinds/resources.generated.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import type { JsonObject } from "../topology/json.ts";
import { positionOf } from "../topology/mark.ts";
import type { Approval } from "./approvals-file.ts";
import { cascadeIn } from "./cascade.ts";
import type { Change, ChangeApproval } from "./changes.ts";
import type { Loss } from "./fingerprint.ts";
import { judge } from "./judgement.ts";
import type { Review } from "./review.ts";

/**
 * The review of an environment of Pulumi's, with what has been approved and what still has to be: every deletion and
 * replacement. What goes along with an object and isn't protected itself needs no approval of its own.
 */
export function withApprovals(
  review: Review,
  before: Plan,
  after: Plan,
  approvals: readonly Approval[],
  now: Date,
): Review {
  const judgements = new Map(
    judge(lossesIn(review.changes, before, after), approvals, now).map((judgement) => [
      judgement.loss.key,
      judgement,
    ]),
  );
  const changes = review.changes.map((change): Change => {
    const judgement = judgements.get(change.key) ?? judgements.get(change.takenAlongBy ?? "");
    if (!judgement) return change;
    const { loss, fingerprint, approval, along } = judgement;
    if (approval) return { ...change, approval: shown(approval) };
    if (along !== undefined || loss.key !== change.key) return change;
    return { ...change, needsApproval: { operation: loss.operation, fingerprint } };
  });
  return { ...review, changes };
}

/** An approval that is asked for: all that a person has to add are reason and expiry. */
export interface ApprovalRequest {
  readonly environment: string;
  readonly object: string;
  readonly operation: Loss["operation"];
  readonly fingerprint: string;
  /** What it does to messages. */
  readonly sentence: string;
}

/** What has to be approved before a change can be rolled out, sorted by key. */
export function approvalsNeeded({ environment, changes }: Review): ApprovalRequest[] {
  return changes.flatMap(({ key, sentence, needsApproval }) =>
    environment !== undefined && needsApproval
      ? [{ environment, object: key, ...needsApproval, sentence }]
      : [],
  );
}

/** A spec as far as an approval has to know it: of what Pulumi protects. */
export function protectedSpec(kind: string, spec: JsonObject | undefined): JsonObject | undefined {
  return spec && kinds[kind]?.protects(spec) === true ? spec : undefined;
}

function lossesIn(changes: readonly Change[], before: Plan, after: Plan): Loss[] {
  const cascade = cascadeIn(before.objects);
  const stays = new Set(after.objects.map(({ key }) => key));
  return changes.flatMap(({ key, kind, effect, ...change }): Loss[] => {
    if (effect !== "deletes" && effect !== "replaces") return [];
    // The broker deletes it with something else, and Pulumi doesn't know.
    if (effect === "deletes" && stays.has(key)) return [];
    // Pulumi has no resource for what is inside Redis.
    if (!(kind in resources)) return [];
    const taken = cascade(key);
    if (effect === "deletes") return [{ operation: "delete", key, kind, ...specs(change), taken }];
    return [{ operation: "replace", key, kind, ...specs(change), taken: taken.intersection(stays) }];
  });
}

function specs({
  before,
  after,
}: {
  before?: PlanObject;
  after?: PlanObject;
}): Pick<Loss, "before" | "after"> {
  const was = before && protectedSpec(before.kind, before.spec);
  const is = after && protectedSpec(after.kind, after.spec);
  return { ...(was && { before: was }), ...(is && { after: is }) };
}

function shown({ reason, expires, fingerprint, mark }: Approval): ChangeApproval {
  const { source, start } = mark;
  return { reason, expires, fingerprint, origin: { file: source.path, ...positionOf(source, start) } };
}
