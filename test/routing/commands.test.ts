import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { queueform } from "../cli/run.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-route-"));
  writeFileSync(
    join(directory, "shop.yaml"),
    `apiVersion: queueform/v1
domain: shop
rabbitmq:
  vhost: shop
  exchanges:
    orders: { type: topic, alternate: stray }
    stray: { type: fanout }
    flags: { type: headers }
    back: { type: fanout }
  queues:
    work: { bind: [{ exchange: orders, key: "order.*" }], deadLetter: true }
    urgent: { bind: [{ exchange: flags, match: any, headers: { rank: 1 } }] }
    slow: { type: classic, ttl: 2s, deadLetter: { exchange: back }, bind: [{ exchange: back }] }
routes:
  - { publish: { exchange: orders, key: order.created }, reaches: [work] }
  - { publish: { exchange: orders, key: order.created }, reaches: [urgent] }
`,
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

const route = (...args: string[]): ReturnType<typeof queueform> =>
  queueform(["route", "shop.yaml", ...args], directory);

describe("route", () => {
  test("draws the way of a message, and what happens when it is rejected, although a test of the file fails", async () => {
    const { code, stdout } = await route("--exchange", "orders", "--key", "order.created", "--reject");
    expect(stdout).toBe(`orders (topic), key "order.created"
└─ key "order.*" → queue work
Reaches work.

work: rejected, to work.dlx with key "order.created"
└─ work.dlq: stays here
Ends in work.dlq.
`);
    expect(code).toBe(0);
  });

  test("says that a message is dropped, and where its way ended", async () => {
    const { stdout } = await route("--exchange", "orders", "--key", "nobody");
    expect(stdout).toBe(`orders (topic), key "nobody"
└─ nothing matches, alternate → stray (fanout): nothing matches, so nothing goes on from here
Reaches no queue: dropped.
`);
  });

  test("says why a dead letter is lost, and finds a rejection that goes round for ever", async () => {
    const expired = await route("--exchange", "back", "--expire");
    expect(expired.stdout).toContain(
      "slow: expired after 2 s, dropped: it would come back to a queue where it died",
    );
    expect(expired.stdout).toContain("No copy is left: dropped.");
    const rejected = await route("--exchange", "back", "--reject", "--output", "json");
    expect(JSON.parse(rejected.stdout)).toMatchObject({ reaches: ["slow"], endsIn: [], endless: true });
  });

  test("compares headers with their type", async () => {
    const reaches = async (header: string): Promise<unknown> =>
      (
        JSON.parse((await route("--exchange", "flags", "--header", header, "-o", "json")).stdout) as {
          reaches: unknown;
        }
      ).reaches;
    expect(await reaches("rank=1")).toEqual(["urgent"]);
    expect(await reaches('rank="1"')).toEqual([]);
  });

  test.each([
    [["--key", "x"], "Published where?"],
    [["--exchange", "ordres"], 'Did you mean "orders"?'],
    [["--exchange", "orders", "--header", "rank"], "names no value"],
    [["--exchange", "orders", "--vhost", "other"], "Check --cluster and --vhost"],
    [["--exchange", "orders", "--reject", "--expire"], "not both"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr, stdout } = await route(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("test", () => {
  test("says which routing tests fail and why, and which bindings none of them uses", async () => {
    const { code, stdout, stderr } = await queueform(["test", "shop.yaml", "-o", "json"], directory);
    expect(code).toBe(1);
    const { tests, coverage } = JSON.parse(stdout) as { tests: object[]; coverage: { unused: object[] } };
    expect(tests).toMatchObject([
      { ok: true, file: "shop.yaml", line: 15, reached: ["work"] },
      { ok: false, line: 16, reached: ["work"] },
    ]);
    expect(coverage).toMatchObject({ bindings: 3, used: 1 });
    expect(coverage.unused).toContainEqual(
      expect.objectContaining({ source: "flags", destination: "urgent", line: 12 }),
    );
    expect(stderr).toContain("2 routing tests, 1 failed; 1 of 3 bindings used");
    const pretty = await queueform(["test", "shop.yaml"], directory);
    expect(pretty.stdout).toContain(
      'A message published to "orders" with key "order.created" reaches "work"; "urgent" is missing, and "work" was not expected.',
    );
  });

  test("is a part of validate", async () => {
    const { code, stdout } = await queueform(["validate", "shop.yaml", "-o", "json"], directory);
    expect(code).toBe(1);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { rule: string }[] };
    expect(diagnostics.filter(({ rule }) => rule === "route-failed")).toMatchObject([
      { line: 16, severity: "error" },
    ]);
  });
});
