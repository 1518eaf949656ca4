import { expect, test } from "vitest";
import { masked } from "../../src/topology/masked.ts";

test.each([
  ["password: hunter2", "password: ***"],
  ['password: "hunter 2", next: 1', "password: ***, next: 1"],
  ['{"PASSWORD":"hunter2"}', '{"PASSWORD":***}'],
  ['"password_hash": "hunter2", "a": 1', '"password_hash": ***, "a": 1'],
  ["token = hunter2", "token = ***"],
  ["config: { requirepass: hunter2 }", "config: { requirepass: *** }"],
  ['user: "app on >hunter2 #9f86d0 ~* +@all"', 'user: "app on *** *** ~* +@all"'],
  ["amqp://user:hunter2@host/v", "amqp://user:***@host/v"],
])("hides the secret in %s", (text, shown) => expect(masked(text)).toBe(shown));

test.each([
  "password: ${secret:RABBITMQ_PASSWORD}",
  'password: "${secret:P}"',
  "Write ${secret:P}.",
  "http://host:15672/path",
  "user: u-7 # who paid",
  "bind: [{ exchange: a }]",
])("leaves %s alone", (text) => expect(masked(text)).toBe(text));
