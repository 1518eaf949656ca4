import type { Diagnostic, Report, Severity } from "../../topology/diagnostic.ts";
import type { Mark } from "../../topology/mark.ts";
import { suggestion } from "../../topology/nearest.ts";
import { pages } from "./pages.ts";

type Check = "unknown-rule" | "rule-not-optional" | "allow-without-reason" | "unused-allow";

/** Reports what is wrong with a setting or a comment about rules, in the words of its page. */
export function reportAbout(
  rule: Check,
  what: string,
  mark: Mark,
  report: Report,
  instead: Partial<Pick<Diagnostic, "severity" | "fix">> = {},
): void {
  const { severity, why, fix } = pages.get(rule)!;
  report({ rule, severity, what, why, fix, mark, ...instead });
}

/** Whether there is such a rule, and it may be silenced; reports it otherwise, an unknown one with `severity`. */
export function isOptional(id: string, mark: Mark, report: Report, severity: Severity): boolean {
  const page = pages.get(id);
  if (page && !page.structural) return true;
  if (page) {
    reportAbout("rule-not-optional", `"${id}" can't be allowed, lowered or turned off.`, mark, report);
  } else {
    const fix = `${suggestion(id, pages.keys())}"queueform rules" lists them all.`;
    reportAbout("unknown-rule", `There is no rule "${id}".`, mark, report, { severity, fix });
  }
  return false;
}
