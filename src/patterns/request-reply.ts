import { exchangeKey, queueKey } from "../kinds/key.ts";
import { declareBinding } from "../kinds/rabbitmq-binding/definition.ts";
import { namedValues, type Declaration, type TopologyFile, textOf } from "../topology/file.ts";
import { markOf } from "../topology/mark.ts";
import { durationPattern } from "../topology/units.ts";
import type { Pattern } from "./pattern.ts";
import type { QueueWithOperations } from "./queue-operations.ts";

export interface RequestReplyValue {
  readonly for?: string;
  readonly responder: string;
  readonly requesters: readonly string[];
  readonly timeout: string;
  readonly replies?: "direct" | "queue";
}

/**
 * Questions and answers. Requesters publish to the exchange with correlationId and replyTo; the responder consumes the
 * queue of the same name and publishes the answer to the default exchange with replyTo as its key.
 *
 * Both queues are classic, and messages in them live no longer than the requester waits: an old question needs no answer,
 * and an old answer has nobody who waits for it.
 */
export const pattern: Pattern = {
  id: "request-reply",
  section: {
    path: ["rabbitmq", "requestReply"],
    description:
      "Questions that applications ask each other, by name: an exchange and a queue of that name each.",
    schema: {
      type: "object",
      required: ["responder", "requesters", "timeout"],
      properties: {
        for: { type: "string", description: "What is asked, shown in the design document." },
        responder: { type: "string", minLength: 1, description: "The application that answers." },
        requesters: {
          type: "array",
          minItems: 1,
          items: { type: "string", minLength: 1 },
          description: "The applications that ask.",
          examples: ["[web]"],
        },
        timeout: {
          type: "string",
          pattern: durationPattern,
          description:
            "How long a requester waits. An unanswered request and an answer that nobody fetches are gone after that.",
          examples: ["5s"],
        },
        replies: {
          enum: ["direct", "queue"],
          default: "direct",
          description:
            "direct: answers come through amq.rabbitmq.reply-to, to the very connection that asked. queue: through <name>.reply.<requester>, which survives a reconnect but is shared by all instances of the requester.",
        },
      },
      additionalProperties: false,
    },
  },
  expand: (declarations, { files }) => [
    ...declarations,
    ...files.flatMap((file) =>
      namedValues(file, "rabbitmq", "requestReply").flatMap(({ name, value, mark }) =>
        objectsOf(file, name, value as unknown as RequestReplyValue, mark),
      ),
    ),
  ],
};

/** The queue that answers to one requester come to, with `replies: queue`. */
export const replyQueueOf = (name: string, requester: string): string => `${name}.reply.${requester}`;

function objectsOf(
  file: TopologyFile,
  name: string,
  value: RequestReplyValue,
  mark: Declaration["mark"],
): Declaration[] {
  const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
  const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
  const where = { file, cluster, vhost, mark, addedBy: "request-reply" };
  const queue = (queueName: string, app: string, at = mark): Declaration<QueueWithOperations> => ({
    ...where,
    mark: at,
    kind: "rabbitmq-queue",
    key: queueKey(cluster, vhost, queueName),
    name: queueName,
    value: { type: "classic", ttl: value.timeout, consumers: { app } },
  });
  const replies = value.replies === "queue" ? [...new Set(value.requesters)] : [];
  return [
    {
      ...where,
      kind: "rabbitmq-exchange",
      key: exchangeKey(cluster, vhost, name),
      name,
      // Whatever key a requester publishes with, there is only one who answers.
      value: { type: "fanout" },
    },
    queue(name, value.responder),
    declareBinding(where, { bind: { exchange: name }, destination: name, destinationType: "queue" }),
    ...replies.map((requester, index) =>
      queue(replyQueueOf(name, requester), requester, markOf(value.requesters, index) ?? mark),
    ),
  ];
}
