import { type Approval, isExpired } from "./approvals-file.ts";
import { fingerprint, type Loss } from "./fingerprint.ts";

/** A loss and who allows it. */
export interface Judgement {
  readonly loss: Loss;
  readonly fingerprint: string;
  readonly approval?: Approval;
  /** Key of the loss whose approval covers this one: it goes along with that, and isn't protected itself. */
  readonly along?: string;
}

/** Looks for an approval of each loss. `approvals` are those of one environment. */
export function judge(losses: readonly Loss[], approvals: readonly Approval[], now: Date): Judgement[] {
  const current = new Map(
    approvals
      .filter((approval) => !isExpired(approval, now))
      .map((approval) => [id(approval.operation, approval.object, approval.fingerprint), approval]),
  );
  const own = losses.map((loss): Judgement => {
    const print = fingerprint(loss);
    const approval = current.get(id(loss.operation, loss.key, print));
    return { loss, fingerprint: print, ...(approval && { approval }) };
  });
  // An approved one last, so that it is the one that counts.
  const takers = new Map(
    own
      .toSorted((a, b) => Number(a.approval !== undefined) - Number(b.approval !== undefined))
      .flatMap((judgement) => [...judgement.loss.taken].map((key) => [key, judgement])),
  );
  return own.map((judgement) => {
    const { key, before } = judgement.loss;
    const taker = before === undefined && !judgement.approval ? takers.get(key) : undefined;
    if (!taker) return judgement;
    return { ...judgement, along: taker.loss.key, ...(taker.approval && { approval: taker.approval }) };
  });
}

/** Why none of the approvals lets a loss through, for a person. */
export function whyNot({ loss, fingerprint: print }: Judgement, approvals: readonly Approval[]): string {
  const about = approvals.filter(
    ({ object, operation }) => object === loss.key && operation === loss.operation,
  );
  const exact = about.find((approval) => approval.fingerprint === print);
  if (exact) return `Its approval expired on ${exact.expires}.`;
  return about.length > 0
    ? "What is approved is another change of it: it has grown, shrunk or been done since."
    : "No approval names it.";
}

const id = (...parts: string[]): string => JSON.stringify(parts);
