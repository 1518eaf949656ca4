import { describe, expect, test } from "vitest";
import type { Approval } from "../../src/review/approvals-file.ts";
import { type ApprovalRequest, approvalsNeeded, withApprovals } from "../../src/review/approvals.ts";
import { fingerprint } from "../../src/review/fingerprint.ts";
import { type Review, review, worstImpact, worstUnapproved } from "../../src/review/review.ts";
import { planFrom } from "../provision/plans.ts";

const now = new Date("2030-01-10T12:00:00Z");
const head = "apiVersion: queueform/v1\ndomain: shop\n";
const queue = "    work: { type: quorum, bind: [{ exchange: orders, key: a }] }\n";
const rabbitmq = (queues: string): string =>
  `rabbitmq:\n  vhost: shop\n  exchanges:\n    orders: { type: topic }\n  queues:\n${queues}`;
const other = "    other: {}\n";
const base = head + rabbitmq(queue + other);
const key = "rabbitmq/main/shop/queue/work";

function reviewed(
  before: Record<string, string> | string,
  after: Record<string, string> | string,
  approvals: readonly Approval[] = [],
): Review {
  const files = (texts: Record<string, string> | string) =>
    planFrom(typeof texts === "string" ? { "a.yaml": texts } : texts);
  const [from, to] = [files(before), files(after)];
  return withApprovals({ ...review(from, to), environment: "prod" }, from, to, approvals, now);
}

const needed = (
  ...sides: [before: Record<string, string> | string, after: Record<string, string> | string]
) => approvalsNeeded(reviewed(...sides)).map(({ sentence: _, ...request }) => request);

function approvalOf(
  request: Pick<ApprovalRequest, "object" | "operation" | "fingerprint"> | undefined,
  expires = "2030-01-10",
): Approval {
  if (!request) throw new Error("Nothing needs an approval.");
  const source = { path: "topology/approvals.yaml", text: "" };
  return {
    ...request,
    environment: "prod",
    reason: "nobody uses it",
    expires,
    evenIfNotEmpty: false,
    mark: { source, start: 0, end: 0 },
  };
}

const classic = base.replace("type: quorum", "type: classic");
const gone = head + rabbitmq(other);

describe("what needs an approval", () => {
  test("a replaced queue, whose bindings need none of their own", () => {
    expect(needed(base, classic)).toMatchObject([{ environment: "prod", object: key, operation: "replace" }]);
  });

  test("a deleted queue, whose bindings need none of their own", () => {
    expect(needed(base, gone)).toMatchObject([{ object: key, operation: "delete" }]);
  });

  test("a deleted vhost, and what is protected in it", () => {
    const owned = base.replace("  exchanges:", "  vhosts: { shop: {} }\n  exchanges:");
    expect(needed(owned, head).map(({ object }) => object)).toEqual([
      "rabbitmq/main/shop/exchange/orders",
      "rabbitmq/main/shop/queue/other",
      key,
      "rabbitmq/main/shop/vhost",
    ]);
  });

  test("a binding that is deleted alone", () => {
    expect(needed(base, base.replace(", bind: [{ exchange: orders, key: a }]", ""))).toMatchObject([
      { object: "rabbitmq/main/shop/binding/orders/queue/work/a", operation: "delete" },
    ]);
  });

  test("nothing that changes in place, is new, or has no Pulumi resource", () => {
    expect(needed(base, base.replace("type: quorum,", "type: quorum, limit: { messages: 5 },"))).toEqual([]);
    expect(needed(gone, base)).toEqual([]);
    const redis = `${head}redis:\n  jobs: { on: external, queues: { mail: { library: { name: bullmq, major: 6 } } } }\n`;
    expect(needed(redis, head)).toEqual([]);
  });
});

describe("a fingerprint", () => {
  const print = (...sides: Parameters<typeof needed>): string | undefined => needed(...sides)[0]?.fingerprint;

  test("survives other layout, other files and other changes", () => {
    const moved = {
      "b.yaml": `# moved\n${head}rabbitmq:\n  vhost: shop\n  queues:\n    "work":\n      bind: [{ key: a, exchange: orders }]\n      type: classic\n`,
      "a.yaml": head + rabbitmq(`${other}    new: {}\n`),
    };
    expect(print(base, moved)).toBe(print(base, classic));
  });

  test.each([
    ["another value", classic.replace("type: classic", "type: stream")],
    ["one more field", classic.replace("type: classic", "type: classic, arguments: { x-max-priority: 5 }")],
    ["a deletion instead", gone],
  ])("is another one for %s", (_what, after) => {
    expect(print(base, after)).toBeDefined();
    expect(print(base, after)).not.toBe(print(base, classic));
  });

  test("is another one for another value before, and for one more object that goes along", () => {
    const priorities = base.replace("type: quorum", "type: classic, arguments: { x-max-priority: 5 }");
    const bound = (text: string) => text.replace("key: a }", "key: a }, { exchange: orders, key: b }");
    for (const [from, to] of [
      [base.replace("type: quorum", "type: stream"), classic],
      [priorities, classic],
      [bound(base), bound(classic)],
    ] as const)
      expect(print(from, to)).not.toBe(print(base, classic));
    expect(print(bound(base), gone)).not.toBe(print(base, gone));
  });

  test("knows no secret: neither by reference, as Pulumi hides it, nor as Pulumi stores it", () => {
    const stored = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    const prints = ["${secret:ONE}", "${secret:TWO}", "[secret]", stored].map((value) =>
      fingerprint({ operation: "delete", key, kind: "", before: { value }, taken: new Set() }),
    );
    expect(new Set(prints).size).toBe(1);
  });
});

describe("an approval", () => {
  const [request] = needed(base, classic);

  test("shows at the change and no longer counts as a risk", () => {
    const found = reviewed(base, classic, [approvalOf(request)]);
    expect(found.changes.find((change) => change.key === key)).toMatchObject({
      approval: { reason: "nobody uses it", expires: "2030-01-10", origin: { line: 1 } },
    });
    expect(approvalsNeeded(found)).toEqual([]);
    expect([worstImpact([found]), worstUnapproved([found])]).toEqual(["message-loss", undefined]);
  });

  test("covers the bindings that go along, and no other change", () => {
    const found = reviewed(base, head + rabbitmq("    third: {}\n"), [approvalOf(needed(base, gone)[0])]);
    expect(found.changes.flatMap((change) => (change.approval ? [change.key] : []))).toEqual([
      "rabbitmq/main/shop/binding/orders/queue/work/a",
      key,
    ]);
    expect(approvalsNeeded(found).map(({ object }) => object)).toEqual(["rabbitmq/main/shop/queue/other"]);
    expect(worstUnapproved([found])).toBe("message-loss");
  });

  test("counts until the end of its last day", () => {
    expect(approvalsNeeded(reviewed(base, classic, [approvalOf(request, "2030-01-09")]))).toHaveLength(1);
  });

  test("of a replacement is none of a deletion", () => {
    expect(approvalsNeeded(reviewed(base, gone, [approvalOf(request)]))).toHaveLength(1);
  });
});
