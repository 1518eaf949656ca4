import type { QueueType } from "../kinds/rabbitmq-queue/arguments.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { writtenPolicies } from "./lint/policies.ts";
import { queueFacts } from "./lint/queues.ts";
import { isRabbitmq, rabbitmqVersion } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

/** From which RabbitMQ on a queue argument or policy key is known. Source: rabbit_amqqueue.erl, rabbit_policies.erl. */
const since: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "dead-letter-strategy": "3.10",
    "stream-filter-size-bytes": "3.13",
    "consumer-disconnected-timeout": "4.3",
    "delayed-retry-type": "4.3",
    "delayed-retry-min": "4.3",
    "delayed-retry-max": "4.3",
  }),
);
const targetsOfOneType: readonly string[] = ["classic_queues", "quorum_queues", "streams"];

export const rule: Rule = {
  id: "rabbitmq-version-too-old",
  severity: "error",
  summary: "A queue or policy uses what the RabbitMQ of its file doesn't have yet.",
  why: "An older broker ignores the argument without a word, and refuses the policy.",
  fix: 'Remove it, or raise "rabbitmq.version" when the broker is newer.',
  check: (model, report) => {
    for (const { queue, type, placeOf } of queueFacts(model)) {
      for (const name of Object.keys(queue.value.arguments ?? {})) {
        const setting = name.replace(/^x-/, "");
        const least = argumentSince(setting, type);
        if (least === undefined || isRabbitmq(queue.file, least)) continue;
        report({
          what: `The argument ${name} of "${queue.name}" needs RabbitMQ ${least}; this file is for ${rabbitmqVersion(queue.file)}.`,
          mark: placeOf(setting),
        });
      }
    }
    for (const { name, file, value, mark } of writtenPolicies(model)) {
      const old = (what: string, least: string, ...path: string[]): void => {
        if (isRabbitmq(file, least)) return;
        report({
          what: `${what} of the policy "${name}" needs RabbitMQ ${least}; this file is for ${rabbitmqVersion(file)}.`,
          mark: keyMarkOf(value, ...path) ?? mark,
        });
      };
      for (const key of Object.keys(value.definition)) {
        const least = since.get(key);
        if (least !== undefined) old(`"${key}"`, least, "definition", key);
      }
      if (value.applyTo !== undefined && targetsOfOneType.includes(value.applyTo))
        old(`"applyTo: ${value.applyTo}"`, "3.12", "applyTo");
    }
  },
};

function argumentSince(setting: string, type: QueueType): string | undefined {
  if (setting === "consumer-timeout") return "4.3";
  return setting === "queue-leader-locator" && type === "classic" ? "4.3" : since.get(setting);
}
