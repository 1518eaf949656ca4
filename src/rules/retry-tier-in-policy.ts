import { type QueueSpec, queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { JsonObject } from "../topology/json.ts";
import { effectivePolicy } from "./lint/policies.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "retry-tier-in-policy",
  severity: "error",
  summary: "A policy also matches the queues in which messages wait for their retry.",
  why: "It changes how long they wait, or drops them.",
  fix: "Let the pattern of the policy match only the queues that it is meant for, for example ^orders\\.fulfil$.",
  check: (model, report) => {
    for (const queue of model.ofKind<QueueValue, QueueSpec>("rabbitmq-queue")) {
      const { cluster, name, value, spec, mark, addedBy } = queue;
      if (addedBy !== "retry") continue;
      const policy = effectivePolicy(model, cluster, { vhost: spec.vhost, name, type: queueTypeOf(value) });
      for (const what of harms(policy, spec.arguments))
        report({ what: `A policy matches "${name}", where messages wait for their retry: ${what}.`, mark });
    }
  },
};

/** What a policy does to a tier, as the end of a sentence. */
function harms(policy: JsonObject, wiring: JsonObject): string[] {
  const found: string[] = [];
  // Of two times to live, and of two limits, the broker takes the smaller; of two overflows the policy's.
  if (Number(policy["message-ttl"]) < Number(wiring["x-message-ttl"]))
    found.push(`message-ttl ${String(policy["message-ttl"])} ends the wait too early`);
  if (policy["expires"] !== undefined)
    found.push("expires deletes the queue with its messages, because nobody consumes it");
  const isQuorum = wiring["x-queue-type"] === "quorum";
  const overflow = policy["overflow"] ?? wiring["x-overflow"] ?? "drop-head";
  if (isQuorum && overflow !== "reject-publish")
    found.push(`overflow ${String(overflow)} lets the broker send dead letters at most once`);
  const isLimited = policy["max-length"] !== undefined || policy["max-length-bytes"] !== undefined;
  if (!isQuorum && isLimited)
    found.push(
      overflow === "reject-publish"
        ? "messages beyond its limit are refused, and gone"
        : "messages beyond its limit come back too early",
    );
  return found;
}
