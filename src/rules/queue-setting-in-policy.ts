import { type PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher } from "../kinds/rabbitmq-policy/matching.ts";
import { queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import { queueArguments } from "../kinds/rabbitmq-queue/arguments.ts";
import { type QueueWithSettings, settingsOf } from "../patterns/queue-settings.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

/** Only one policy applies to a queue, so what its words ask for is merged with the declared policy: unless they disagree. */
export const rule: Rule = {
  id: "queue-setting-in-policy",
  severity: "error",
  summary: "A queue says in words what an argument or a matching policy says differently.",
  why: "Only one policy applies to a queue, so only one of the two values can hold.",
  fix: "Remove one of the two, or give both the same value.",
  structural: true,
  check: ({ ofKind }, report) => {
    const declared = ofKind<object, PolicySpec>("rabbitmq-policy").filter(
      ({ addedBy }) => addedBy === undefined,
    );
    const matchers = new Map(
      [...Map.groupBy(declared, ({ cluster }) => cluster)].map(([cluster, group]) => [
        cluster,
        new PolicyMatcher(group.map(({ spec }) => spec)),
      ]),
    );
    for (const { cluster, vhost, name, value, mark } of ofKind<QueueWithSettings, never>("rabbitmq-queue")) {
      const settings = settingsOf(value);
      const winner = matchers
        .get(cluster)
        ?.matching({ vhost: vhost ?? "/", name, type: queueTypeOf(value) })[0];
      for (const [key, wanted] of Object.entries(settings)) {
        const other = winner?.definition[key];
        if (other !== undefined && other !== wanted) {
          report({
            what: `"${name}" asks for ${key} ${String(wanted)}, and the policy "${winner?.name}" that matches it for ${String(other)}.`,
            why: "Only one policy applies to a queue, so only one of the two values can hold.",
            fix: "Remove one of the two, or give both the same value.",
            mark: keyMarkOf(value, wordFor(key)) ?? mark,
          });
        }
        const argument = Object.entries(queueArguments).find(([, { policy }]) => policy === key)?.[0];
        if (argument !== undefined && value.arguments?.[argument] !== undefined) {
          report({
            what: `"${name}" asks for ${key} twice: in words and as the argument ${argument}.`,
            why: "For some settings the broker takes the argument, for others the smaller value: it is easy to get neither of what was meant.",
            fix: `Remove the argument; "${wordFor(key)}" can be changed later, the argument can't.`,
            mark: keyMarkOf(value, "arguments", argument) ?? mark,
          });
        }
      }
    }
  },
};

const words: Record<string, string> = {
  "message-ttl": "ttl",
  expires: "expires",
  "delivery-limit": "deliveryLimit",
  "dead-letter-exchange": "deadLetter",
  "dead-letter-routing-key": "deadLetter",
  "dead-letter-strategy": "retry",
  "max-age": "maxAge",
};
const wordFor = (key: string): string => words[key] ?? "limit";
