import type { FieldConsequence, Impact } from "../kind.ts";
import type { QueueSpec } from "./definition.ts";

const loses = (what: string): FieldConsequence => ({
  effect: "replaces",
  impact: "message-loss",
  sentence: `${what} of a living queue can't be changed: the queue is deleted with its messages and its bindings, and made anew.`,
});

export const queueImpact: Impact<QueueSpec> = {
  added: () => ({ impact: "safe", sentence: "A new queue: it receives what its bindings say from now on." }),
  removed: ({ name }) => ({
    impact: "message-loss",
    sentence: `Deleting queue "${name}" deletes the messages in it, so let it run empty first; its consumers are refused (404) and messages routed only there are dropped.`,
  }),
  changed: (field, before, after) => {
    if (field === "arguments.x-queue-type") {
      return loses(
        `The type (${String(before.arguments["x-queue-type"])} to ${String(after.arguments["x-queue-type"])})`,
      );
    }
    if (field.startsWith("arguments.")) return loses(`The argument ${field.slice("arguments.".length)}`);
    if (field === "durable") return loses("The durability");
    if (field === "autoDelete") return loses("The auto-delete flag");
    return loses(`The ${field}`);
  },
};
