import type { QueueSpec, QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { VhostSpec } from "../kinds/rabbitmq-vhost/definition.ts";
import { vhostKey } from "../kinds/key.ts";
import { keyMarkOf } from "../topology/mark.ts";
import { isRabbitmq, rabbitmqVersion } from "./lint/version.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "queue-type-implicit",
  severity: "warning",
  summary: "A queue is to be declared without its type, and its broker adds one.",
  why: "RabbitMQ 4, and an older one in a vhost with a default queue type, stores a type with each queue that it makes. Pulumi compares arguments word by word and would then want to replace the queue.",
  fix: "Write type: classic, unless the queue has been there without a type since before that.",
  check: ({ ofKind }, report) => {
    const vhosts = new Map(ofKind<unknown, VhostSpec>("rabbitmq-vhost").map(({ key, spec }) => [key, spec]));
    for (const { file, cluster, name, value, spec, mark } of ofKind<QueueValue, QueueSpec>(
      "rabbitmq-queue",
    )) {
      if (value.type !== "implicit") continue;
      const type = vhosts.get(vhostKey(cluster, spec.vhost))?.defaultQueueType;
      const at = keyMarkOf(value, "type") ?? mark;
      if (type !== undefined)
        report({
          what: `"${name}" has an implicit type, and queues of its vhost are ${type} by default.`,
          mark: at,
        });
      else if (isRabbitmq(file, "4.0"))
        report({
          what: `"${name}" has an implicit type, and this file is for RabbitMQ ${rabbitmqVersion(file)}.`,
          mark: at,
        });
    }
  },
};
