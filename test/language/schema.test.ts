import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { stackSchema } from "../../src/environment/schema.ts";
import { topologySchema } from "../../src/language/schema.ts";
import { settingsSchema } from "../../src/rules/lint/settings.ts";

// Commands trust these schemas, because looking at them each time would be most of what a short command does.
test.each([
  ["topology files", topologySchema()],
  ["stack files", stackSchema()],
  ["queueform.yaml", settingsSchema],
])("the schema of %s is a JSON Schema", (_files, schema) => {
  const ajv = new Ajv();
  expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
});
