import type { TopicWithApps } from "../patterns/apps/kafka-roles.ts";
import type { QueueWithOperations } from "../patterns/queue-operations.ts";
import type { RequestReplyValue } from "../patterns/request-reply.ts";
import { namedValues } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import type { Model } from "../plan/model.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "reply-queue-shared",
  severity: "warning",
  summary: "Several instances of an application share one queue for their answers.",
  why: "An answer goes to any of them, and mostly to one that didn't ask; the one that did waits until its timeout.",
  fix: 'Use "replies: direct", where an answer goes to the connection that asked, or let one instance ask.',
  check: (model, report) => {
    const most = instances(model);
    for (const { name, value, mark } of model.files.flatMap((file) =>
      namedValues(file, "rabbitmq", "requestReply"),
    )) {
      const { requesters, replies } = value as unknown as RequestReplyValue;
      if (replies !== "queue") continue;
      for (const [index, app] of requesters.entries()) {
        const count = most.get(app) ?? 0;
        if (count < 2) continue;
        report({
          what: `Up to ${count} instances of "${app}" take the answers to "${name}" from one queue.`,
          mark: markOf(requesters, index) ?? mark,
        });
      }
    }
  },
};

/** How many instances of each application run at most, where a file says so. */
function instances({ ofKind }: Model): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  const add = (app: string | undefined, count = 0): void => {
    if (app !== undefined) most.set(app, Math.max(count, most.get(app) ?? 0));
  };
  for (const { value } of ofKind<QueueWithOperations, never>("rabbitmq-queue"))
    add(value.consumers?.app, value.consumers?.replicas?.max ?? value.consumers?.replicas?.min);
  for (const { value } of ofKind<TopicWithApps, never>("kafka-topic"))
    for (const [group, one] of Object.entries(value.consumers ?? {}))
      add(one.app ?? group, one.instances?.max ?? one.instances?.min);
  return most;
}
