import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { queueform } from "./run.ts";

const base = `apiVersion: queueform/v1
domain: orders
rabbitmq:
  vhost: shop
  exchanges:
    orders: { type: topic }
  queues:
    orders.fulfil: { type: quorum, bind: [{ exchange: orders, key: order.created }], limit: { messages: 100 } }
kafka:
  topics:
    orders.placed: { partitions: 12, retention: 7d }
`;

let directory: string;
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
const file = (name = "orders.yaml") => join(directory, "topology", name);
const edit = (from: string, to: string) =>
  writeFileSync(file(), readFileSync(file(), "utf8").replace(from, to));

interface Shown {
  readonly code: number | null;
  readonly changes: {
    key: string;
    operation: string;
    effect: string;
    impact: string;
    sentence: string;
    fields: { field: string; before?: unknown; after?: unknown }[];
    before?: object;
    after?: object;
  }[];
}
async function diff(...args: string[]): Promise<Shown> {
  const { code, stdout } = await queueform(["diff", "--output", "json", ...args], directory);
  const { environments } = JSON.parse(stdout) as { environments: { changes: Shown["changes"] }[] };
  return { code, changes: environments[0]!.changes };
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-diff-"));
  mkdirSync(join(directory, "topology"));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  writeFileSync(file(), base);
  git("init", "-q", "-b", "main");
  git("config", "user.email", "test@example.com");
  git("config", "user.name", "test");
  git("add", "-A");
  git("commit", "-qm", "base");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(() => {
  git("checkout", "-q", "-f", "main");
  git("clean", "-qfd");
});

describe("diff", () => {
  test("of nothing is nothing, exit 0, also with --exit-code", async () => {
    expect(await diff("--exit-code")).toEqual({ code: 0, changes: [] });
  });

  test("says that a changed queue type loses its messages, exit 1", async () => {
    edit("type: quorum", "type: classic");
    const { code, changes } = await diff("--against", "main");
    expect(code).toBe(1);
    expect(changes).toMatchObject([
      {
        key: "rabbitmq/main/shop/binding/orders/queue/orders.fulfil/order.created",
        effect: "replaces",
        takenAlongBy: "rabbitmq/main/shop/queue/orders.fulfil",
      },
      {
        key: "rabbitmq/main/shop/queue/orders.fulfil",
        operation: "change",
        effect: "replaces",
        impact: "message-loss",
        fields: [{ field: "arguments.x-queue-type", before: "quorum", after: "classic" }],
        before: { file: "topology/orders.yaml", line: 8 },
        after: { file: "topology/orders.yaml", line: 8 },
      },
    ]);
    expect(changes[1]?.sentence).toContain("deleted with its messages");
  });

  test.each([
    ["a higher limit", "messages: 200", 200, "safe", 0],
    ["a lower limit", "messages: 50", 50, "message-loss", 1],
    ["a lower limit that refuses", "messages: 50, overflow: reject-publish", 50, "outage", 1],
  ])(
    "says what %s does to the queue, and replaces nothing",
    async (_title, limit, messages, impact, code) => {
      edit("messages: 100", limit);
      const found = await diff();
      expect(found).toMatchObject({
        code,
        changes: [{ key: "rabbitmq/main/shop/queue/orders.fulfil", effect: "in-place", impact }],
      });
      expect(found.changes[0]?.fields).toContainEqual(
        expect.objectContaining({ field: "policy.max-length", before: 100, after: messages }),
      );
    },
  );

  test("of what a dead letter reaches replaces no queue", async () => {
    edit("limit: { messages: 100 }", "limit: { messages: 100 }, deadLetter: true");
    writeFileSync(file(), readFileSync(file(), "utf8"));
    git("commit", "-qam", "dead letter");
    edit("deadLetter: true", "deadLetter: { queue: dead }");
    const { changes } = await diff();
    expect(changes.filter(({ effect }) => effect === "replaces")).toEqual([]);
    expect(changes.find(({ key }) => key === "rabbitmq/main/shop/queue/orders.fulfil")).toBeUndefined();
    git("reset", "-q", "--hard", "HEAD~1");
  });

  test.each([
    ["fewer partitions", "partitions: 12", "partitions: 6", "replaces", "message-loss", 1],
    ["more partitions", "partitions: 12", "partitions: 24", "in-place", "ordering", 0],
    ["a shorter retention", "retention: 7d", "retention: 1d", "in-place", "message-loss", 1],
    ["a longer retention", "retention: 7d", "retention: 14d", "in-place", "safe", 0],
  ])("knows %s", async (_title, from, to, effect, impact, code) => {
    edit(from, to);
    expect(await diff()).toMatchObject({
      code,
      changes: [{ key: "kafka/main/topic/orders.placed", effect, impact }],
    });
  });

  test("takes the threshold and --exit-code as told", async () => {
    edit("partitions: 12", "partitions: 24");
    expect((await diff("--exit-code")).code).toBe(2);
    expect((await diff("--exit-code", "--fail-on-impact", "ordering")).code).toBe(1);
    edit("partitions: 24", "partitions: 6");
    expect((await diff("--fail-on-impact", "message-loss")).code).toBe(1);
  });

  test("finds nothing when a file is renamed or a queue moves to another domain", async () => {
    renameSync(file(), file("renamed.yaml"));
    const [before, after] = base.split("kafka:");
    writeFileSync(file("renamed.yaml"), before!);
    writeFileSync(file("kafka.yaml"), `apiVersion: queueform/v1\ndomain: other\nkafka:${after}`);
    expect(await diff("--exit-code")).toEqual({ code: 0, changes: [] });
  });

  test("reads plainly", async () => {
    edit("type: quorum", "type: classic");
    const { stdout, stderr } = await queueform(["diff"], directory);
    const [block] = stdout.split("    A way that loses nothing:\n");
    expect(block).toBe(`✗ Loses messages
  1 change: 1 message-loss

✗ message-loss  REPLACE rabbitmq/main/shop/queue/orders.fulfil
    topology/orders.yaml:8
    arguments.x-queue-type: quorum → classic
    The type (quorum to classic) of a living queue can't be changed: the queue
    is deleted with its messages and its bindings, and made anew.
    takes along
      rabbitmq/main/shop/binding/orders/queue/orders.fulfil/order.created
`);
    expect(stderr).toBe("1 change: 1 message-loss against HEAD\n");
  });

  test("names files from the root of the repository where a tool reads them", async () => {
    edit("type: quorum", "type: classic");
    mkdirSync(join(directory, "deeper"));
    const { stdout } = await queueform(
      ["diff", "--output", "github", "../topology"],
      join(directory, "deeper"),
    );
    expect(stdout).toMatch(/^::error file=topology\/orders.yaml,line=8,col=5,title=Loses messages::REPLACE/);
  });

  test("adds to the summary of a job", async () => {
    const summary = join(directory, "summary.md");
    const run = () => queueform(["diff", "--output", "github"], directory, { GITHUB_STEP_SUMMARY: summary });
    await run();
    expect(readFileSync(summary, "utf8")).toBe("The topology does not change.\n");
    edit("type: quorum", "type: classic");
    await run();
    expect(readFileSync(summary, "utf8")).toMatch(
      /^The topology does not change\.\n.*\n### 🔴 Loses messages\n/,
    );
  });

  test("of a revision that git doesn't know is wrong usage, and says what to do", async () => {
    const { code, stderr } = await queueform(["diff", "--against", "origin/main"], directory);
    expect(code).toBe(64);
    expect(stderr).toBe('git knows no revision "origin/main" here. Fetch it first, or name another one.\n');
  });

  test("takes nothing from a revision for an option of git", async () => {
    const { code } = await queueform(["diff", "--against=--output=/tmp/x"], directory);
    expect(code).toBe(64);
  });
});
