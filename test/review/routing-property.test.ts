import * as fc from "fast-check";
import { expect, test } from "vitest";
import { review } from "../../src/review/review.ts";
import { Simulator } from "../../src/routing/simulate.ts";
import { planFrom } from "../brokers/project.ts";
import { seed } from "../routing/seed.ts";

const queues = ["x", "y", "z"];
const pattern = fc
  .array(fc.constantFrom("a", "b", "*", "#"), { minLength: 1, maxLength: 3 })
  .map((words) => words.join("."));
const binds = (most: number) =>
  fc.array(fc.record({ to: fc.constantFrom(...queues), key: pattern }), { maxLength: most });
const topology = fc.record({
  types: fc.record({ one: fc.constantFrom("topic", "direct"), two: fc.constantFrom("topic", "fanout") }),
  one: binds(4),
  two: binds(2),
  feed: pattern,
  alternate: fc.constantFrom(undefined, "two", "amq.fanout"),
});
type Topology = typeof topology extends fc.Arbitrary<infer T> ? T : never;

function written({ types, one, two, feed, alternate }: Topology): string {
  const bindsOf = (queue: string): string =>
    Object.entries({ one, two })
      .flatMap(([exchange, list]) =>
        list.filter(({ to }) => to === queue).map(({ key }) => `{ exchange: ${exchange}, key: "${key}" }`),
      )
      .join(", ");
  return `rabbitmq:
  vhost: shop
  exchanges:
    one: { type: ${types.one}${alternate === undefined ? "" : `, alternate: ${alternate}`} }
    two: { type: ${types.two}, bind: [{ exchange: one, key: "${feed}" }] }
  queues:
${queues.map((queue) => `    ${queue}: { bind: [${bindsOf(queue)}] }`).join("\n")}
    strays: { bind: [{ exchange: amq.fanout }] }
`;
}

/** Keys of up to four words, one of which no pattern names. */
const keys = [0, 1, 2, 3, 4].flatMap((length) =>
  Array.from({ length: 3 ** length }, (_, number) =>
    Array.from({ length }, (_unused, place) => ["a", "b", "c"][Math.floor(number / 3 ** place) % 3]).join(
      ".",
    ),
  ),
);

/** One or two parts of a topology are another's. */
const change = fc
  .tuple(
    topology,
    topology,
    fc.uniqueArray(fc.constantFrom("types", "one", "two", "feed", "alternate"), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([before, other, parts]) => {
    const after = {
      ...before,
      ...Object.fromEntries(parts.map((part) => [part, other[part as keyof Topology]])),
    };
    return { before, after };
  });

test("every queue that loses a message is named with one that it loses, and no other queue is", () => {
  fc.assert(
    fc.property(change, ({ before, after }) => {
      const [old, now] = [before, after].map((one) => planFrom(written(one))) as [
        ReturnType<typeof planFrom>,
        ReturnType<typeof planFrom>,
      ];
      const [was, is] = [old, now].map(
        ({ objects }) => new Simulator(objects, { cluster: "main", vhost: "shop" }),
      ) as [Simulator, Simulator];
      const lost = new Set<string>();
      for (const exchange of ["one", "two"])
        for (const key of keys) {
          const [had, has] = [was.publish(exchange, key).queues, is.publish(exchange, key).queues];
          for (const queue of had)
            // What went to an alternate and is wanted by a binding now is found by its new queue.
            if (!has.includes(queue) && (was.publish(exchange, key).way.taken.length > 0 || has.length === 0))
              lost.add(queue);
        }
      const { routing, changes } = review(old, now);
      const named = routing.filter(({ what }) => what === "no-longer-reaches");
      for (const { exchange, key, queue, causes } of named) {
        expect(was.publish(exchange, key).queues).toContain(queue);
        expect(is.publish(exchange, key).queues).not.toContain(queue);
        expect(causes.length).toBeGreaterThan(0);
      }
      const found = new Set(named.map(({ queue }) => queue));
      for (const queue of lost) expect(found).toContain(queue);
      const removed = changes.filter(
        ({ kind, operation }) => kind === "rabbitmq-binding" && operation === "remove",
      );
      for (const { key, impact } of removed)
        if (impact === "safe") expect(named.flatMap(({ causes }) => causes)).not.toContain(key);
    }),
    { seed, numRuns: 1000 },
  );
});
