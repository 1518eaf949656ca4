import type { QueueValue } from "../kinds/rabbitmq-queue/definition.ts";
import type { Declaration } from "../topology/file.ts";
import type { JsonObject } from "../topology/json.ts";
import { durationPattern } from "../topology/units.ts";
import type { Pattern } from "./pattern.ts";

export type QueueWithOperations = QueueValue & {
  readonly consumers?: {
    readonly app?: string;
    readonly prefetch?: number;
    readonly ack?: "manual" | "auto";
    readonly replicas?: { readonly min?: number; readonly max?: number; readonly perReplica?: number };
  };
  readonly alert?: { readonly depth?: number; readonly unackedFor?: string; readonly age?: string };
};

/**
 * Who consumes a queue and when somebody must look at it. A broker knows neither: both travel beside the spec, for
 * scaling, alerts and documents.
 */
export const pattern: Pattern = {
  id: "queue-operations",
  adds: {
    kind: "rabbitmq-queue",
    properties: {
      consumers: {
        type: "object",
        description:
          "Who consumes the queue, and how. Where users are made from the files (access: managed), the application may read it; nothing else changes on the broker.",
        properties: {
          app: { type: "string", minLength: 1, description: "The application that consumes." },
          prefetch: {
            type: "integer",
            minimum: 0,
            maximum: 65_535,
            description:
              "How many messages each consumer may have unacknowledged. 1 shares work out evenly, 100 to 300 is fast, 0 is without limit.",
            examples: [50],
          },
          ack: {
            enum: ["manual", "auto"],
            default: "manual",
            description:
              "manual: a message is gone when the consumer says that it is done. auto: as soon as it is sent.",
          },
          replicas: {
            type: "object",
            description: "How many instances of the application run.",
            properties: {
              min: { type: "integer", minimum: 0, description: "At least so many." },
              max: { type: "integer", minimum: 1, description: "At most so many." },
              perReplica: {
                type: "integer",
                minimum: 1,
                description: "One more instance for each so many waiting messages.",
                examples: [500],
              },
            },
            additionalProperties: false,
          },
        },
        additionalProperties: false,
      },
      alert: {
        type: "object",
        description: "When somebody must look at the queue. Changes nothing on the broker.",
        properties: {
          depth: {
            type: "integer",
            minimum: 0,
            description: "When more messages than this wait.",
            examples: [5000],
          },
          unackedFor: {
            type: "string",
            pattern: durationPattern,
            description: "When deliveries stay unacknowledged for so long.",
            examples: ["10m"],
          },
          age: {
            type: "string",
            pattern: durationPattern,
            description: "When the oldest message is older than this.",
            examples: ["15m"],
          },
        },
        additionalProperties: false,
      },
    },
  },
  expand: (declarations) =>
    declarations.map((declaration) => {
      if (declaration.kind !== "rabbitmq-queue") return declaration;
      const { consumers, alert } = (declaration as Declaration<QueueWithOperations>).value;
      if (!consumers && !alert) return declaration;
      const operations: JsonObject = {
        ...(consumers && { consumers: { ...consumers } as JsonObject }),
        ...(alert && { alert: { ...alert } }),
      };
      return { ...declaration, operations };
    }),
};
