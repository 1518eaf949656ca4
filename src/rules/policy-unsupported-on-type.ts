import type { PolicySubject } from "../kinds/rabbitmq-policy/matching.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { policyMatches, writtenPolicies } from "./lint/policies.ts";
import { policyKeys } from "../kinds/rabbitmq-policy/keys.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "policy-unsupported-on-type",
  severity: "warning",
  summary: "A policy sets something on a queue or exchange whose type ignores it.",
  why: "The broker accepts it and ignores the key there without a word.",
  fix: 'Narrow "applyTo" or the pattern, and give the others a policy of their own.',
  check: (model, report) => {
    for (const { name, value, spec, mark } of writtenPolicies(model)) {
      const winsOn = (policyMatches(model).get(spec) ?? []).flatMap(({ subject, all }) =>
        all[0] === spec ? [subject] : [],
      );
      for (const [key, given] of Object.entries(spec.definition)) {
        const [first, ...others] = winsOn.filter(
          (subject) => isMeant(spec.applyTo, key, subject) && isIgnored(key, given, subject),
        );
        if (!first) continue;
        const more = others.length === 0 ? "" : ` and ${others.length} more`;
        report({
          what: `The policy "${name}" sets ${key} on "${first.name}"${more}; ${nameOf(first)} ignores it.`,
          mark: keyMarkOf(value, "definition", key) ?? mark,
        });
      }
    }
  },
};

/** A policy for everything has keys for exchanges and keys for queues; each is meant for its own. */
function isMeant(applyTo: string, key: string, { type }: PolicySubject): boolean {
  return applyTo !== "all" || policyKeys.get(key)?.includes("exchange") === (type === "exchange");
}

function isIgnored(key: string, given: unknown, { type }: PolicySubject): boolean {
  // A quorum queue drops the oldest message then, as if nothing had been said.
  if (key === "overflow" && given === "reject-publish-dlx" && type === "quorum") return true;
  const targets = policyKeys.get(key);
  return targets !== undefined && !targets.includes(type);
}

const nameOf = ({ type }: PolicySubject): string =>
  type === "exchange" ? "an exchange" : type === "stream" ? "a stream" : `a ${type} queue`;
