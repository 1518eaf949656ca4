import { exchangeKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { type ExchangeSpec, isBuiltInExchange } from "../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher } from "../kinds/rabbitmq-policy/matching.ts";
import { type QueueSpec, queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import type { QueueWithDeadLetter } from "../patterns/dead-letter.ts";
import type { Compiled, Model } from "../plan/model.ts";
import { Reach } from "../routing/reach.ts";
import { keyMarkOf, type Mark } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlx-no-matching-binding",
  severity: "error",
  summary: "Dead letters of a queue reach no queue.",
  why: "The broker drops messages that are rejected, expire or exceed a limit, without a word.",
  fix: 'Bind a queue to the dead-letter exchange with the key the dead letters have, or write "deadLetter: true".',
  check: (model, report) => {
    const reach = new Reach(model);
    const policies = new Map(
      [...Map.groupBy(model.ofKind<object, PolicySpec>("rabbitmq-policy"), ({ cluster }) => cluster)].map(
        ([cluster, group]) => [cluster, new PolicyMatcher(group.map(({ spec }) => spec))],
      ),
    );
    const incoming = Map.groupBy(
      model
        .ofKind<unknown, BindingSpec>("rabbitmq-binding")
        .filter(({ spec }) => spec.destinationType === "queue"),
      ({ cluster, spec }) => JSON.stringify([cluster, spec.vhost, spec.destination]),
    );
    for (const queue of model.ofKind<QueueWithDeadLetter, QueueSpec>("rabbitmq-queue")) {
      const { cluster, spec, name } = queue;
      const policy =
        policies.get(cluster)?.effective({ vhost: spec.vhost, name, type: queueTypeOf(queue.value) }) ?? {};
      const exchange = spec.arguments["x-dead-letter-exchange"] ?? policy["dead-letter-exchange"];
      if (typeof exchange !== "string") continue;
      const key = spec.arguments["x-dead-letter-routing-key"] ?? policy["dead-letter-routing-key"];
      const at = markFor(queue);
      if (!isBuiltInExchange(exchange) && !model.byKey.has(exchangeKey(cluster, spec.vhost, exchange))) {
        report({
          what: `Messages dead-lettered from "${name}" go to the exchange "${exchange}", which is not declared in any file.`,
          why: "Where it is missing the broker drops them silently.",
          fix: 'Declare the exchange, or set "deadLetter: true" for one of its own.',
          mark: at,
        });
        continue;
      }
      const keys =
        typeof key === "string"
          ? [key]
          : originalKeys(
              model,
              cluster,
              spec.vhost,
              incoming.get(JSON.stringify([cluster, spec.vhost, name])) ?? [],
            );
      for (const possible of keys.length > 0 ? keys : [undefined]) {
        if (reach.reachesQueue(cluster, spec.vhost, exchange, possible)) continue;
        report({
          what: `Messages dead-lettered from "${name}" reach no queue: "${exchange}" has no binding${possible === undefined ? "" : ` for key "${possible}"`}.`,
          why: "They are dropped silently.",
          fix: `Bind a queue to "${exchange}"${possible === undefined ? "" : ` with key "${possible}"`}, or set "deadLetter: true".`,
          mark: at,
        });
        break;
      }
    }
  },
};

/** The keys that messages in a queue can have, as far as its bindings say; undefined where anything can come. */
function originalKeys(
  model: Model,
  cluster: string,
  vhost: string,
  bindings: readonly Compiled<unknown, BindingSpec>[],
): (string | undefined)[] {
  return bindings.map(({ spec }) => {
    const source = model.byKey.get(exchangeKey(cluster, vhost, spec.source))?.spec as
      | ExchangeSpec
      | undefined;
    const exact = source?.type === "direct" || (source?.type === "topic" && !/[*#]/.test(spec.routingKey));
    return exact ? spec.routingKey : undefined;
  });
}

function markFor({ value, mark }: Compiled<QueueWithDeadLetter>): Mark {
  return keyMarkOf(value, value.deadLetter === undefined ? "arguments" : "deadLetter") ?? mark;
}
