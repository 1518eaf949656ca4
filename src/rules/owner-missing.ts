import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "owner-missing",
  severity: "info",
  summary: "A file has no owner.",
  why: "Nobody knows who reviews a change and who gets the alert.",
  fix: 'Add "owner: <team>".',
  check: ({ files }, report) => {
    for (const { domain, value, source } of files) {
      if (value["owner"] !== undefined) continue;
      report({
        what: `The domain "${domain}" has no owner.`,
        mark: keyMarkOf(value, "domain") ?? { source, start: 0, end: 0 },
      });
    }
  },
};
