import * as fc from "fast-check";
import { expect, test } from "vitest";
import { seed } from "../routing/seed.ts";
import { adopted, readText } from "./adopting.ts";
import { definitions } from "./small-definitions.ts";

const runs = Number(process.env["QUEUEFORM_TEST_MUTATIONS"] ?? 1500);

const resources = `apiVersion: rabbitmq.com/v1beta1
kind: Queue
metadata: { name: q }
spec: { name: q, vhost: v, type: quorum, durable: true, arguments: { x-max-length: 5 }, rabbitmqClusterReference: { name: c } }
---
apiVersion: rabbitmq.com/v1beta1
kind: Permission
metadata: { name: p }
spec: { vhost: v, user: u, permissions: { write: "^$" }, rabbitmqClusterReference: { name: c } }
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaUser
metadata: { name: u, labels: { strimzi.io/cluster: k } }
spec:
  authentication: { type: tls }
  quotas: { producerByteRate: 5 }
  authorization: { acls: [ { resource: { type: topic, name: t }, operations: [Read, Describe], host: "*" } ] }
---
apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata: { name: t, labels: { strimzi.io/cluster: k } }
spec: { partitions: 2, replicas: 1, config: { retention.ms: 5, cleanup.policy: compact } }
`;

const odd = [
  "null",
  "[]",
  "{}",
  '"x"',
  "-1",
  "1e999",
  "true",
  "\\",
  '"',
  ",",
  ":",
  "\u0000",
  "é",
  "__proto__",
  "\n",
  "}",
  "]",
];
const edit = fc.record({
  at: fc.integer({ min: 0, max: 9999 }).map((place) => place / 10_000),
  cut: fc.nat(12),
  put: fc.oneof(fc.constantFrom("", ...odd), fc.string({ maxLength: 3 })),
  /** Replaces a whole word: what is broken then is what is said, not how it is written. */
  word: fc.option(
    fc.constantFrom("a", "v", "q", "e", "", "0", "7", "true", "amq.x", "^$", "stream", "x-max-length"),
  ),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(text: string, { at, cut, put, word }: Edit): string {
  if (word === null) {
    const start = Math.floor(at * text.length);
    return text.slice(0, start) + put + text.slice(start + cut);
  }
  const words = [...text.matchAll(/[\w.^$#-]+/g)];
  const { index = 0, 0: old } = words[Math.floor(at * words.length)] ?? { 0: "" };
  return text.slice(0, index) + word + text.slice(index + old.length);
}

test.each([
  ["definitions.json", definitions],
  ["resources.yaml", resources],
])(
  `${runs} broken copies of %s are imported exactly, or refused at a line (seed ${seed})`,
  { timeout: 600_000 },
  (name, original) => {
    let imported = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce(edited, original);
        let found;
        try {
          found = readText(name, text);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: [0-9]+:[0-9]+ ./);
          return;
        }
        imported++;
        expect(adopted(found).changes).toEqual([]);
      }),
      { seed, numRuns: runs },
    );
    expect(imported).toBeGreaterThan(runs / 20);
  },
);
