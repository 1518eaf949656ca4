import { isManaged } from "../environment/access.ts";
import { queueKey } from "../kinds/key.ts";
import { rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import { queueFacts } from "./lint/queues.ts";
import { alternateQueues, deadLetterQueues } from "./lint/targets.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "queue-without-consumer",
  severity: "warning",
  summary: "Users are made from the files, and none of them may read a queue.",
  why: "Whoever wants to consume it is refused (403), so it only fills.",
  fix: 'Name the application: "consumers: { app: ... }" at the queue, or "consumes" under apps.',
  check: (model, report) => {
    const { files, all, environment } = model;
    const consumed = new Set(
      rabbitmqRoles(files, all).flatMap(({ cluster, vhost, consumes }) =>
        consumes.map(({ queue }) => queueKey(cluster, vhost, queue)),
      ),
    );
    for (const { queue, isWritten } of queueFacts(model)) {
      const { cluster, key, name, mark } = queue;
      if (!isWritten || consumed.has(key) || !isManaged(environment, "rabbitmq", cluster)) continue;
      // A person looks at these, with a login of their own.
      if (deadLetterQueues(model).has(key) || alternateQueues(model).has(key)) continue;
      report({ what: `No application consumes "${name}", so no user may read it.`, mark });
    }
  },
};
