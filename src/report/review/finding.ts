import type { AtStake } from "../../review/changes.ts";
import { count } from "../style.ts";
import type { ShownChange } from "./document.ts";
import { isRisky } from "./verdict.ts";

const verbs = {
  creates: "add",
  "in-place": "change",
  replaces: "REPLACE",
  deletes: "DELETE",
} as const;

/** What is done to the object, as one says it. */
export const verbOf = ({ effect }: ShownChange): string => verbs[effect];

/** Where somebody looks first: the line as it is now, or as it was. */
export const placeOf = ({ before, after }: ShownChange): ShownChange["before"] => after ?? before;

/** The reasons, each once: the worst, then those of other fields that are risky too. */
export function sentencesOf(change: ShownChange): string[] {
  const risky = change.fields.filter(({ impact }) => isRisky(impact)).map((field) => field.sentence);
  return [...new Set([change.sentence, ...risky])];
}

/** Whether somebody allowed it, and what is needed where nobody did yet. */
export function approvalOf({ approval, needsApproval }: ShownChange): string[] {
  if (approval) {
    const { reason, expires, origin } = approval;
    return [`Approved until ${expires} (${origin.file}:${origin.line}): ${reason}`];
  }
  return needsApproval
    ? [`Needs an approval to ${needsApproval.operation} it: queueform diff --approvals prints the entry.`]
    : [];
}

/** What was on the broker when it was asked: 1,204 messages, 3 consumers. */
export function stakeOf({ messages, consumers, bytes, lag }: AtStake): string {
  const groups = Object.entries(lag ?? {});
  const shown = groups
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([group, records]) => `${number(records)} unread by ${group}`);
  const parts = [
    messages !== undefined && `${number(messages)} ${messages === 1 ? "message" : "messages"}`,
    bytes !== undefined && size(bytes),
    consumers !== undefined && count(consumers, "consumer"),
    shown.length > 0 &&
      `records: ${shown.join(", ")}${groups.length > 5 ? ` and ${groups.length - 5} more groups` : ""}`,
  ];
  return parts.filter((part) => part !== false).join(", ") || "nothing";
}

const number = (value: number): string => value.toLocaleString("en-US");

function size(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
