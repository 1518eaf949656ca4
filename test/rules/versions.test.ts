import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findings } from "./topology.ts";

/** By rule: what it looks at, and what it makes of that for each version of the broker. */
const switches: Readonly<
  Record<string, readonly [words: string, expected: Readonly<Record<string, string>>]>
> = {
  "classic-for-critical": [
    "queues: { a: { type: classic, deadLetter: true } }",
    { "3.13": "", "4.0": "warning" },
  ],
  "dlx-cycle-dropped": [
    `exchanges: { work: { type: fanout }, wait: { type: fanout } }
  queues:
    a: { bind: [{ exchange: work }], deadLetter: { exchange: wait } }
    b: { bind: [{ exchange: wait }], deadLetter: { exchange: work }, ttl: 10s }`,
    { "3.13": "", "4.0": "error" },
  ],
  "ha-policy": [
    "policies: { a: { pattern: ^a$, definition: { ha-mode: all } } }",
    { "3.13": "", "4.0": "error" },
  ],
  "lazy-mode": [
    "queues: { a: { type: classic, arguments: { x-queue-mode: lazy } } }",
    { "3.13": "", "4.0": "error" },
  ],
  "queue-type-implicit": ["queues: { a: { type: implicit } }", { "3.13": "", "4.0": "warning" }],
  "rabbitmq-deprecated-argument": [
    "queues: { a: { type: classic, arguments: { x-queue-master-locator: client-local } } }",
    { "3.13": "", "4.0": "warning", "4.2": "warning", "4.3": "error", "5.0": "error" },
  ],
  "rabbitmq-version-too-old": [
    "queues: { a: { arguments: { x-delayed-retry-type: all } } }",
    { "4.2": "error", "4.3": "", "4.10": "" },
  ],
  "redelivery-unlimited": ["queues: { a: { deadLetter: true } }", { "3.13": "warning", "4.0": "" }],
  "topic-too-many-hash": [
    'queues: { a: { bind: [{ exchange: amq.topic, key: "#.a.#.b.#" }] } }',
    { "4.2": "", "4.3": "error" },
  ],
  "transient-queue": [
    "queues: { a: { type: classic, durable: false } }",
    { "4.2": "warning", "4.3": "error" },
  ],
};

const cases = Object.entries(switches).flatMap(([rule, [words, expected]]) =>
  Object.entries(expected).map(([version, severity]) => [rule, version, severity, words] as const),
);

describe("the version of RabbitMQ in a file switches", () => {
  test.each(cases)("%s: for %s %s", (rule, version, severity, words) => {
    const found = findings(rule, `rabbitmq:\n  version: "${version}"\n  ${words}\n`);
    expect(found.map((one) => one.severity)).toEqual(severity === "" ? [] : [severity]);
  });

  test("all rules that ask for it", () => {
    const folder = join(import.meta.dirname, "../../src/rules");
    const asking = readdirSync(folder).filter(
      (file) => file.endsWith(".ts") && readFileSync(join(folder, file), "utf8").includes("/version.ts"),
    );
    // Its deaths know the version: lint/deaths.ts.
    const expected = [...asking.map((file) => file.slice(0, -3)), "dlx-cycle-dropped"].toSorted();
    expect(Object.keys(switches)).toEqual(expected);
  });
});
