import { exchangeKey, queueKey } from "../kinds/key.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { QueueWithDeadLetter } from "../patterns/dead-letter.ts";
import type { Compiled } from "../plan/model.ts";
import { simulationOf } from "./lint/deaths.ts";
import { queueFacts } from "./lint/queues.ts";
import { bindingsTaking, bindingsTo, deadLetterQueues, sourceTypeOf } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "dlq-same-as-source",
  severity: "error",
  summary: "A dead-letter queue gets the messages of the queue that it is for.",
  why: "Every message is in both: what failed can't be told from what is yet to be done.",
  fix: "Bind the dead-letter queue to the dead-letter exchange only.",
  check: (model, report) => {
    for (const { queue, isWritten, setting } of queueFacts(model)) {
      if (!isWritten || !deadLetterQueues(model).has(queue.key)) continue;
      // With dead letters of its own it is a stop on the way.
      if (setting("dead-letter-exchange") !== undefined) continue;
      for (const binding of bindingsTo(model).get(queue.key) ?? []) {
        const { cluster, spec, mark } = binding;
        const source = exchangeKey(cluster, spec.vhost, spec.source);
        const beside = bindingsTaking(model, source, sourceTypeOf(model, binding), spec.routingKey);
        const work = beside.find(({ spec: { destinationType, destination } }) => {
          if (destinationType !== "queue" || destination === queue.name) return false;
          const key = queueKey(cluster, spec.vhost, destination);
          const other = model.byKey.get(key) as Compiled<QueueWithDeadLetter, QueueSpec> | undefined;
          if (!other) return false;
          const { simulator, messagesIn } = simulationOf(model, other);
          const isWork = simulator.queueSetting(destination, "dead-letter-exchange") !== spec.source;
          return (
            isWork &&
            simulator.canDie(destination) &&
            messagesIn(other).some((message) =>
              simulator.die(destination, message, "rejected").route?.queues.includes(queue.name),
            )
          );
        });
        if (!work) continue;
        report({
          what: `"${queue.name}" is for the dead letters of "${work.spec.destination}", and also gets what "${spec.source}" sends there.`,
          mark,
        });
      }
    }
  },
};
