import { impactLevels } from "../kinds/kind.ts";
import type { JsonObject } from "../topology/json.ts";

export const text = (maxLength = 10_000): JsonObject => ({ type: "string", maxLength });
export const count: JsonObject = { type: "integer", minimum: 0 };
export const impact: JsonObject = {
  enum: [...impactLevels],
  description: "What it does to messages, worst first.",
};
export const list = (items: JsonObject, maxItems: number): JsonObject => ({ type: "array", maxItems, items });

/** Further properties may be added without a new formatVersion. */
export function object(properties: Record<string, JsonObject>, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", required, properties };
}

export const origin = object({
  file: { ...text(4096), description: "Relative to the root of the repository." },
  line: { type: "integer", minimum: 1 },
  column: { type: "integer", minimum: 1 },
});

/** A name of a stack: nothing in it means anything to Markdown or a shell. */
export const environmentName: JsonObject = { type: "string", pattern: "^[A-Za-z0-9_.-]{1,100}$" };

const fieldProperties = {
  field: { ...text(), description: "Dotted path into the object." },
  before: { description: "Absent when the field was not there; *** in place of a secret." },
  after: { description: "Absent when the field is gone; *** in place of a secret." },
  effect: { enum: ["in-place", "replaces"] },
  impact,
  sentence: text(),
  through: { ...text(), description: "What sets it on the broker though nobody declared it." },
};
const fieldOptional = ["before", "after", "through"];

export const field = object(fieldProperties, fieldOptional);

export const fieldWithOrigin = object(
  {
    ...fieldProperties,
    origin: {
      ...origin,
      description: "The line that gave the field its value; absent where no file says it.",
    },
  },
  [...fieldOptional, "origin"],
);
