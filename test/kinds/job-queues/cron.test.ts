import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cronProblem } from "../../../src/kinds/redis-content/cron.ts";

// The very parsers that the two libraries use: each has its own.
const parserOf = (library: string): unknown =>
  createRequire(createRequire(import.meta.url).resolve(library))("cron-parser");
const bullmq = parserOf("bullmq") as { CronExpressionParser: { parse(text: string): { next(): unknown } } };
const bull = parserOf("bull") as { parseExpression(text: string): { next(): unknown } };

function isTaken(parse: (text: string) => { next(): unknown }, text: string): boolean {
  try {
    parse(text).next();
    return true;
  } catch {
    return false;
  }
}
const byBullmq = (text: string): boolean => isTaken((cron) => bullmq.CronExpressionParser.parse(cron), text);
const byBull = (text: string): boolean => isTaken((cron) => bull.parseExpression(cron), text);

describe("a cron expression", () => {
  test.each([
    "0 9 * * *",
    "* * * * * *",
    "*/5 9-17 * * mon-fri",
    "0 0 L * *",
    "0 0 * * 5L",
    "0 0 * * MON#2",
    "0,30 0-12/3 1,15 JAN,jul ?",
    "0 0 29 2 *",
    "0 0 31 1-6 *",
    "@daily",
    " 0  9 * * 7 ",
  ])("%s is fine, for both libraries too", (text) => {
    expect([cronProblem(text), byBullmq(text), byBull(text)]).toEqual([undefined, true, true]);
  });

  test.each([
    "60 9 * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 32 * *",
    "0 0 * 13 *",
    "0 0 * * 8",
    "0 0 30 2 *",
    "*/0 * * * *",
    "5-1 * * * *",
    "1,,2 * * * *",
    "1/2/3 * * * *",
    "a * * * *",
    "0 9 * * * * *",
    "0 0 * * mon#6",
    "0 0 * * foo",
    "0 0 31 2,4 *",
    "0 0 * * L",
    "@never",
  ])("%s is wrong, for both libraries too", (text) => {
    expect(cronProblem(text)).toEqual(expect.any(String));
    expect([byBullmq(text), byBull(text)]).toEqual([false, false]);
  });

  test("that says something twice is wrong, because BullMQ refuses it", () => {
    expect(cronProblem("0 0 * * 0,7")).toBe('"0,7" has the day of the week 0 twice');
    expect([byBullmq("0 0 * * 0,7"), byBull("0 0 * * 0,7")]).toEqual([false, true]);
  });

  test("with fewer than five fields is wrong, though the parsers fill it up", () => {
    expect(cronProblem("9 *")).toMatch(/^it has 2 fields/);
  });

  test("that is fine here is taken by both libraries, and one of numbers and names that both take is fine here", () => {
    const number = fc.integer({ min: 0, max: 33 }).map(String);
    const range = fc.tuple(number, number).map(([from, to]) => `${from}-${to}`);
    const base = fc.oneof({ weight: 4, arbitrary: fc.constant("*") }, number, range);
    const step = fc.tuple(base, fc.integer({ min: 0, max: 20 })).map(([of, by]) => `${of}/${by}`);
    const element = fc.oneof(
      { weight: 3, arbitrary: base },
      step,
      fc.constantFrom("L", "1L", "2#3", "mon", "feb"),
    );
    const field = fc.array(element, { minLength: 1, maxLength: 2 }).map((elements) => elements.join(","));
    const any = fc.constant("*");
    const rarely = fc.oneof({ weight: 2, arbitrary: any }, field);
    const expression = fc
      .oneof(
        fc.tuple(rarely, rarely, rarely, rarely, rarely),
        fc.tuple(rarely, any, rarely, rarely, rarely, rarely),
      )
      .map((texts) => texts.join(" "));
    let fine = 0;
    fc.assert(
      fc.property(expression, (text) => {
        const problem = cronProblem(text);
        if (problem === undefined) {
          fine++;
          expect([text, byBullmq(text), byBull(text)]).toEqual([text, true, true]);
          // The parsers let pass much that means nothing around L and #, such as the day 1L.
        } else if (!/[L#]/.test(text) && byBullmq(text) && byBull(text)) {
          expect([text, problem]).toEqual([text, "both take it"]);
        }
      }),
      { numRuns: 3000 },
    );
    expect(fine).toBeGreaterThan(300);
  });
});
