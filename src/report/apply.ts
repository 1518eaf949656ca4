import type { ApplyResult } from "../apply/result.ts";
import { brokerNames } from "../environment/environment.ts";
import { count, type Paint } from "./style.ts";

/** What was refused and what failed; nothing when all went well. */
export function renderApply({ refused, failed, unmanaged, unused }: ApplyResult, paint: Paint): string {
  const refusals = refused.map(({ key, option, sentence, messages }) => {
    const stake =
      messages === undefined
        ? ""
        : ` ${messages === 0 ? "It is empty now." : `There ${messages === 1 ? "is 1 message" : `are ${messages} messages`} in it now.`}`;
    return `${paint("red", "refused")}  ${paint("bold", key)}\n    ${sentence}${stake}\n    If that is meant: ${option} ${shellQuoted(key)}\n`;
  });
  const failures = failed.map(
    ({ broker, cluster, key, reason }) =>
      `${paint("red", "failed")}   ${paint("bold", key ?? `${brokerNames[broker]} ${cluster}`)}\n    ${reason}\n`,
  );
  const leftAlone = unmanaged.map(
    ({ key }) => `${paint("cyan", "unmanaged")}  ${key}  ${paint("dim", "in no file; left alone")}\n`,
  );
  const misspelt = unused.map(
    (key) => `${paint("yellow", "unused")}  ${key} was allowed by name, and nothing needed that\n`,
  );
  return [...refusals, ...failures, ...leftAlone, ...misspelt].join("");
}

export function summarizeApply({ sent, refused, failed, problems }: ApplyResult): string {
  if (problems.length > 0) return "nothing was sent: not every broker could be asked";
  if (refused.length > 0) return `nothing was sent: ${count(refused.length, "change")} refused`;
  const parts = (["created", "changed", "removed"] as const).flatMap((verb) =>
    sent[verb] > 0 ? [`${sent[verb]} ${verb}`] : [],
  );
  const done = parts.length > 0 ? parts.join(", ") : "nothing to do";
  return failed.length > 0 ? `${done}, ${failed.length} failed` : done;
}

const shellQuoted = (key: string): string =>
  /^[\w./:@%+=,-]+$/.test(key) ? key : `'${key.replaceAll("'", `'\\''`)}'`;
