import { approvalEntries } from "../review/approval-entries.ts";
import type { Approval } from "../review/approvals-file.ts";
import type { GateResult, GateStep } from "../stack/gate.ts";
import { positionOf } from "../topology/mark.ts";
import { masked } from "../topology/masked.ts";
import type { Paint } from "./style.ts";

/** What a preview would delete or replace, who allowed it, and what to add to let the rest through. */
export function renderGate({ steps, requests }: GateResult, paint: Paint, now: Date): string {
  const shown = steps.map((step) => renderStep(step, paint)).join("");
  if (requests.length === 0) return shown;
  return `${shown}\nIf it is meant, have this reviewed and merged into topology/approvals.yaml:\n${approvalEntries(requests, now)}`;
}

function renderStep({ key, operation, sentence, takes, approval, stopped }: GateStep, paint: Paint): string {
  const verdict = stopped === undefined ? paint("green", "approved") : paint("red", "STOPPED ");
  const lines = [`${verdict}  ${operation} ${paint("bold", harmless(key))}`, `    ${harmless(sentence)}`];
  if (takes.length > 0) lines.push(`    Along with it go ${harmless(takes.join(", "))}.`);
  if (stopped !== undefined) lines.push(`    ${paint("bold", stopped)}`);
  if (approval) lines.push(`    ${approval.reason} (until ${approval.expires}, ${placeOf(approval)})`);
  return `${lines.join("\n")}\n`;
}

export function summarizeGate({ steps }: GateResult): string {
  const stopped = steps.filter((step) => step.stopped !== undefined).length;
  if (steps.length === 0) return "nothing is deleted or replaced";
  const what = steps.length === 1 ? "deletion or replacement" : "deletions or replacements";
  return stopped === 0 ? `${steps.length} approved ${what}` : `${stopped} of ${steps.length} ${what} stopped`;
}

/** One sentence for each approval that a preview or a state has nothing for. */
export function renderUnused(approvals: readonly Approval[]): string {
  return approvals
    .map(
      (approval) =>
        `${placeOf(approval)}: the approval to ${approval.operation} ${approval.object} has nothing to do here: it is used, or of another change. Remove it once it is rolled out.\n`,
    )
    .join("");
}

/** A preview is a file like any other: what it says may neither move the cursor nor show a secret. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to make harmless
  return masked(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

/** For `--output json`. */
export function gateJson({ steps, requests, unused, errors }: GateResult): Record<string, unknown> {
  return {
    steps: steps.map(({ approval, ...step }) => ({
      ...step,
      ...(approval && { approval: approvalJson(approval) }),
    })),
    requests,
    unused: unused.map(approvalJson),
    errors,
  };
}

export function approvalJson({ mark, ...approval }: Approval): Record<string, unknown> {
  return { ...approval, file: mark.source.path, ...positionOf(mark.source, mark.start) };
}

const placeOf = ({ mark }: Approval): string =>
  `${mark.source.path}:${positionOf(mark.source, mark.start).line}`;
