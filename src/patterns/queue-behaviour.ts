import { queueTypeOf, type QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { Declaration } from "../topology/file.ts";
import { emptyObject, type JsonObject } from "../topology/json.ts";
import { derive } from "../topology/mark.ts";
import type { Pattern } from "./pattern.ts";

export type QueueWithBehaviour = QueueValue & {
  readonly priorities?: number;
  readonly singleActiveConsumer?: boolean;
  /** Goes to a policy: see queue-settings.ts. */
  readonly maxAge?: string;
};

/** Words for what a queue is from its first day: the broker takes these only as arguments, which never change. */
export const pattern: Pattern = {
  id: "queue-behaviour",
  adds: {
    kind: "rabbitmq-queue",
    properties: {
      priorities: {
        type: "integer",
        minimum: 1,
        maximum: 255,
        description:
          "Classic queues: how many priorities messages can have; higher ones are delivered first. 2 to 4 are enough, each costs memory. Can't be changed later.",
        examples: [4],
      },
      singleActiveConsumer: {
        type: "boolean",
        default: false,
        description:
          "Only one consumer at a time gets messages, another takes over when it goes: keeps the order. Can't be changed later.",
      },
      maxAge: {
        type: "string",
        pattern: "^[1-9][0-9]*(s|m|h|d)$",
        description:
          "Streams: messages older than this are removed, a segment at a time. Goes to a policy, so it can be changed at any time.",
        examples: ["7d"],
      },
    },
  },
  expand: (declarations) =>
    declarations.map((declaration) => {
      if (declaration.kind !== "rabbitmq-queue") return declaration;
      const { value } = declaration as Declaration<QueueWithBehaviour>;
      const added = argumentsOf(value);
      if (Object.keys(added).length === 0) return declaration;
      const hand = value.arguments ?? emptyObject<JsonObject>();
      return { ...declaration, value: derive(value, { arguments: derive(hand, added) }) };
    }),
};

/** Where the queue's type has no such argument the rule rabbitmq-queue-shape says so. */
function argumentsOf(value: QueueWithBehaviour): JsonObject {
  const type = queueTypeOf(value);
  return {
    ...(value.priorities !== undefined && type === "classic" && { "x-max-priority": value.priorities }),
    ...(value.singleActiveConsumer === true && type !== "stream" && { "x-single-active-consumer": true }),
  };
}
