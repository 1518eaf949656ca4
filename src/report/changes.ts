import type { AtStake, Change, FieldChange } from "../review/changes.ts";
import type { Review } from "../review/review.ts";
import { count, type Paint } from "./style.ts";

const signs = { creates: "+", "in-place": "~", replaces: "±", deletes: "-" } as const;
const words = {
  creates: "add",
  "in-place": "change in place",
  replaces: "REPLACE",
  deletes: "DELETE",
} as const;
const colours = { creates: "green", "in-place": "yellow", replaces: "red", deletes: "red" } as const;

/** Changes as a person reviews them: one block each, the fields that differ, and what it does in one sentence. */
export function renderChanges(changes: readonly Change[], paint: Paint): string {
  return changes.map((change) => renderChange(change, paint)).join("");
}

function renderChange(
  { key, effect, impact, sentence, fields, before, after, atStake }: Change,
  paint: Paint,
): string {
  const colour = colours[effect];
  const origin = (after ?? before)?.origin;
  const where = origin ? paint("dim", `  ${origin.file}:${origin.line}`) : "";
  const risky = impact !== "safe" && impact !== "documentation";
  const lines = [`${paint(colour, `${signs[effect]} ${words[effect]}`)}  ${paint("bold", key)}${where}`];
  for (const field of fields) lines.push(`    ${renderField(field)}`);
  lines.push(
    `    ${risky ? paint(["message-loss", "outage"].includes(impact) ? "red" : "yellow", `${impact}: `) : ""}${sentence}`,
  );
  if (atStake) lines.push(`    ${paint("bold", "now:")} ${renderStake(atStake)}`);
  return `${lines.join("\n")}\n`;
}

/** What the broker holds now, in one line. */
function renderStake({ messages, consumers, bytes, lag }: AtStake): string {
  return [
    messages !== undefined && count(messages, "message"),
    consumers !== undefined && count(consumers, "consumer"),
    bytes !== undefined && `${bytes} bytes`,
    ...Object.entries(lag ?? {}).map(([group, behind]) => `group ${group} has ${behind} still to read`),
  ]
    .filter((part) => part !== false)
    .join(", ");
}

export function renderField({
  field,
  before,
  after,
}: Pick<FieldChange, "field" | "before" | "after">): string {
  return `${field}: ${show(before)} → ${show(after)}`;
}

function show(value: unknown): string {
  if (value === undefined) return "(none)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 197)}...` : text === "" ? '""' : text;
}

export function summarizeChanges(changes: readonly Change[]): string {
  if (changes.length === 0) return "no changes";
  return (["deletes", "replaces", "in-place", "creates"] as const)
    .flatMap((effect) => {
      const number = changes.filter((change) => change.effect === effect).length;
      const word = {
        deletes: "deleted",
        replaces: "replaced",
        "in-place": "changed in place",
        creates: "added",
      }[effect];
      return number === 0 ? [] : [`${number} ${word}`];
    })
    .join(", ")
    .replace(/^/, `${count(changes.length, "change")}: `);
}

/** One change for `--output json`. */
export function changeJson({ before, after, ...change }: Change): Record<string, unknown> {
  return {
    ...change,
    ...(before?.origin && { before: before.origin }),
    ...(after?.origin && { after: after.origin }),
  };
}

/** One environment for `--output json`. */
export function reviewJson({ changes, ...review }: Review): Record<string, unknown> {
  return { ...review, changes: changes.map(changeJson) };
}
