import { expect, test } from "vitest";
import { managedEnvironment } from "../../src/adopt/write/managed.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { rules } from "../../src/rules/index.generated.ts";
import { adopted, modelOf, readText } from "./adopting.ts";

test("what only Pulumi can't carry is no error before Pulumi owns the environment", () => {
  const found = readText(
    "definitions.json",
    `{
  "exchanges": [{ "name": "a/b", "vhost": "v@w", "type": "x-recent-history", "arguments": { "x-recent-history-length": 5 } }],
  "queues": [{ "name": "c@d", "vhost": "v@w" }],
  "bindings": [{ "source": "a/b", "vhost": "v@w", "destination": "c@d" }],
  "policies": [{ "name": "p", "vhost": "v@w", "pattern": "^c", "apply-to": "queues", "definition": { "dead-letter-exchange": "a/b", "dead-letter-routing-key": "7" } }]
}`,
  );
  const errors = (engine?: Environment["engine"]): string[] => {
    const environment = engine && { ...managedEnvironment(found.objects, undefined), engine };
    const model = modelOf(adopted(found), environment);
    const ids = rules.flatMap(({ id, structural, check }) => {
      const findings: string[] = [];
      if (structural) check(model, () => findings.push(id));
      return findings;
    });
    return [...new Set(ids)].toSorted();
  };
  expect([errors(), errors("direct")]).toEqual([[], []]);
  expect(errors("pulumi")).toEqual([
    "exchange-argument-not-text",
    "name-not-portable",
    "policy-value-not-portable",
  ]);
});
