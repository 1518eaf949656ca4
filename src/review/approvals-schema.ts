import type { JsonObject } from "../topology/json.ts";

/** How many days ahead an approval may expire: it is for one change that is about to be rolled out, not a standing permission. */
export const longestApproval = 30;

const text = (description: string, example: string): JsonObject => ({
  type: "string",
  minLength: 1,
  description,
  examples: [example],
});

/** What may stand in topology/approvals.yaml. */
export const approvalsSchema: JsonObject = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://queueform.dev/schema/approvals.schema.json",
  title: "Queueform approvals",
  description: "Which deletions and replacements may be rolled out.",
  type: "object",
  required: ["approvals"],
  properties: {
    approvals: {
      type: ["array", "null"],
      description:
        "One entry for each object. `queueform diff --approvals` prints those that a change needs.",
      items: {
        type: "object",
        required: ["environment", "object", "operation", "reason", "expires", "fingerprint"],
        properties: {
          environment: text("The one environment that this is about.", "prod"),
          object: text(
            "The key of the object, as `queueform diff` shows it.",
            "rabbitmq/main/shop/queue/orders",
          ),
          operation: {
            enum: ["replace", "delete"],
            description: "replace: deleted and made anew, without what it held. delete: gone for good.",
          },
          reason: {
            type: "string",
            minLength: 1,
            pattern: "^(?!TODO)",
            description: "Why it may be lost, for those who review this and for those who ask later.",
            examples: ["Nobody has published to it since March; checked with team-web"],
          },
          expires: {
            type: "string",
            pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            description: `The last day (UTC) on which it may be rolled out, at most ${longestApproval} days ahead.`,
            examples: ["2030-01-31"],
          },
          fingerprint: {
            type: "string",
            pattern: "^[0-9a-f]{16}(-[0-9a-f]{16})?$",
            description:
              "What exactly is approved: changes when the change does. `queueform diff --approvals` prints it.",
            examples: ["0f3c5ab81d2e4967"],
          },
          evenIfNotEmpty: {
            type: "boolean",
            default: false,
            description:
              "Whether `queueform release` lets a deletion through though the object still holds messages, or nobody can tell.",
          },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};
