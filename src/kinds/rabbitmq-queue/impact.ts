import type { FieldConsequence, Impact } from "../kind.ts";
import { storedQueueType } from "./arguments.ts";
import type { QueueSpec } from "./definition.ts";

const loses = (what: string): FieldConsequence => ({
  effect: "replaces",
  impact: "message-loss",
  sentence: `${what} of a living queue can't be changed: the queue is deleted with its messages and its bindings, and made anew.`,
});

const onlyWords: FieldConsequence = {
  effect: "replaces",
  impact: "message-loss",
  sentence:
    "The queue is a classic one either way, to RabbitMQ and its clients, and `queueform apply` leaves it alone. But Pulumi compares arguments word by word: there the queue is deleted with its messages and its bindings, and made anew. Keep the type that it had.",
};

export const queueImpact: Impact<QueueSpec> = {
  added: () => ({ impact: "safe", sentence: "A new queue: it receives what its bindings say from now on." }),
  removed: ({ name }) => ({
    impact: "message-loss",
    sentence: `Deleting queue "${name}" deletes the messages in it, so let it run empty first; its consumers are refused (404) and messages routed only there are dropped.`,
  }),
  changed: (field, before, after) => {
    if (field === "arguments.x-queue-type") {
      const [from, to] = [storedQueueType(before.arguments), storedQueueType(after.arguments)];
      return from === to ? onlyWords : loses(`The type (${from} to ${to})`);
    }
    if (field.startsWith("arguments.")) return loses(`The argument ${field.slice("arguments.".length)}`);
    if (field === "durable") return loses("The durability");
    if (field === "autoDelete") return loses("The auto-delete flag");
    return loses(`The ${field}`);
  },
};
