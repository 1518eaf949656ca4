import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { impactLevels } from "../../src/kinds/kind.ts";
import { reviewDocument } from "../../src/report/review/document.ts";
import { readReview } from "../../src/report/review/read.ts";
import { renderAs } from "../../src/report/review/render.ts";
import { plain } from "../../src/report/style.ts";
import type { PlanObject } from "../../src/plan/plan.ts";
import { review, type Review } from "../../src/review/review.ts";
import { planFrom } from "../brokers/project.ts";
import { hostileNames, hostileReview, visibleText, withoutBlocks } from "./hostile.ts";
import { changed, everything, reviewOf } from "./reviews.ts";

const formats = ["pretty", "json", "markdown", "sarif", "github"] as const;
const render = (format: (typeof formats)[number], ...reviews: Review[]): string =>
  renderAs(format, reviewDocument("origin/main", reviews), plain);
const nothing = reviewOf([]);

describe("a person reads", () => {
  test.each(["pretty", "markdown"] as const)("%s: the verdict, the worst, then the rest", (format) => {
    const text = render(format, everything);
    const order = [
      "Loses messages in prod",
      "order.created no longer reaches orders.audit",
      "queue/orders.fulfil",
      "The queue is deleted with its messages",
      "Messages that wait longer than a minute expire",
      "binding/orders/queue/orders.fulfil/order.created",
      "Needs an approval to replace it",
      "1,204 messages, 3 consumers",
      "orders.fulfil.v2 beside",
      "5.0 GiB, records: 12,000 unread by billing",
      "queue/orders.audit",
      "Approved until 2030-01-31 (topology/approvals.yaml",
      "queue/orders.unrouted",
    ];
    let at = -1;
    for (const part of order) {
      const next = text.indexOf(part, at + 1);
      expect(next, `${part} after what comes before it in\n${text}`).toBeGreaterThan(at);
      at = next;
    }
  });

  test("pretty: nothing that could be broken is wider than a terminal", () => {
    const wide = render("pretty", everything)
      .split("\n")
      .filter((line) => line.length > 80 && line.trim().includes(" "));
    expect(wide).toEqual([]);
  });

  test.each(["pretty", "markdown", "github"] as const)("%s: nothing when nothing changes", (format) => {
    expect(render(format, nothing)).toBe("");
  });

  test("environments in which the same happens once, and the others by themselves", () => {
    const text = render("markdown", reviewOf([changed("a", "ordering")]), {
      ...reviewOf([changed("a", "ordering")]),
      environment: "staging",
    });
    expect(text.match(/queue\/a</g)).toHaveLength(1);
    expect(text).toMatch(
      /^<!-- queueform:prod --><!-- queueform:staging -->\n### 🟠 .* in prod and staging\n/,
    );
  });
});

test("a way out that names its environment is said once for all that are alike", () => {
  const inOne = (environment: string): Review => ({
    ...reviewOf([
      changed("a", "outage", {
        wayOut: [{ text: `Run "queueform release --env ${environment}" and not --env ${environment}-2.` }],
        needsApproval: { operation: "replace", fingerprint: environment },
      }),
    ]),
    environment,
  });
  const text = render("pretty", inOne("dev"), inOne("prod"));
  expect(text.match(/1\. Run/g)).toHaveLength(1);
  expect(text).toContain('"queueform release --env ENV" and not --env dev-2');
});

describe("a comment has room for 65,536 characters", () => {
  const reviewOfThousand = (): Review =>
    reviewOf(
      Array.from({ length: 1000 }, (_, index) =>
        changed(`q${String(index).padStart(4, "0")}`, impactLevels[6 - (index % 7)]!, {
          sentence: `Number ${index} does this to messages: ${"word ".repeat(30)}`,
        }),
      ),
    );

  test("1,000 changes fit, the worst in full, and what is left out is counted", () => {
    const text = render("markdown", reviewOfThousand());
    expect(Buffer.byteLength(text)).toBeLessThan(65_000);
    expect(text).toContain("1000 changes: 142 message-loss, 143 outage");
    const [shown, missing] = text.split("not shown, for lack of room");
    expect(shown!.match(/\*\*message-loss\*\* · /g)!.length).toBeGreaterThan(50);
    expect(shown!.match(/message-loss · change/g)!.length).toBeGreaterThan(20);
    expect(missing).toBeDefined();
  });

  test("texts as long as they may be, in as many environments as there may be, fit too", () => {
    const long = "&".repeat(4000);
    const reviews = Array.from({ length: 100 }, (_, index) => ({
      ...hostileReview(),
      environment: `${index}${"-".repeat(97)}`,
      notes: [long, long, long],
      changes: [changed("q", "outage", { key: `${index}${long}`, sentence: long })],
    }));
    const text = render("markdown", ...reviews);
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toContain("### 🔴");
  });
});

describe("names are only ever text", () => {
  test("in Markdown", () => {
    const text = render("markdown", hostileReview());
    const outside = withoutBlocks(text);
    expect(visibleText(text)).not.toMatch(/@\w|#\d|GH-\d/);
    expect(outside.match(/<(?!\/?(code|details|summary|sub)>|!-- queueform:prod -->)/g)).toBeNull();
    expect(outside.match(/<!--/g)).toHaveLength(1);
    expect(outside).not.toMatch(/[`\u202e\u200b]|\]\(|@\w|https:|www\./);
    for (const row of outside.split("\n").filter((line) => line.startsWith("|")))
      expect(row.match(/\|/g)).toHaveLength(4);
  });

  test("in Mermaid: a label has no sign but those of its codes", () => {
    const [, drawing = ""] = /```mermaid\n([^]*?)\n```/.exec(render("markdown", hostileReview())) ?? [];
    const labels = [...drawing.matchAll(/before\d+(?:\{\{|\[\()"(.*?)"(?:\}\}|\)\])$/gm)].map(
      ([, label]) => label,
    );
    expect(labels).toHaveLength(12);
    for (const label of labels) expect(label).toMatch(/^([A-Za-z0-9 ._-]|#\d+;)+$/);
    expect(drawing.split("\n").filter((line) => line.startsWith("    before"))).toHaveLength(12 + 11);
  });

  test("in workflow commands: one line each, ten of a kind", () => {
    const lines = render("github", hostileReview()).trimEnd().split("\n");
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatch(/^::error ([a-z]+=[^,:\r\n]*,?)+::[^\r\n]+$/);
    expect(lines[9]).toBe(
      `::error title=${hostileNames.length * 2 - 9} more::${hostileNames.length * 2 - 9} more are in the job summary: GitHub shows 10 annotations of a kind.`,
    );
    expect(render("github", reviewOf([changed("100%\na", "outage")]))).toContain("queue/100%25%0Aa: ");
  });
});

describe("a tool reads", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schema/review.schema.json"), "utf8"),
  ) as object;

  test.each([
    ["everything that can be said", everything],
    ["hostile names", hostileReview()],
    ["nothing", nothing],
    [
      "what diff makes of two topologies",
      review(
        planFrom("rabbitmq: { queues: { a: { type: quorum } } }"),
        planFrom("rabbitmq: { queues: { a: { type: classic, deadLetter: true } } }"),
      ),
    ],
  ])("JSON that fits the published schema: %s", (_title, one) => {
    const text = render("json", one);
    const validate = new Ajv({ strictTypes: false }).compile(schema);
    validate(JSON.parse(text));
    expect(validate.errors).toBeNull();
    expect(renderAs("json", readReview(text), plain)).toBe(text);
  });

  test("SARIF with a rule, a level, a line and a fingerprint that survives moved lines", () => {
    interface Result {
      ruleId: string;
      level: string;
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
      partialFingerprints: Record<string, string>;
    }
    const results = (one: Review): Result[] =>
      (JSON.parse(render("sarif", one)) as { runs: [{ results: Result[] }] }).runs[0].results;
    expect(
      results(everything).map(({ ruleId, level, locations }) => [
        ruleId,
        level,
        locations[0]?.physicalLocation.artifactLocation.uri,
        locations[0]?.physicalLocation.region.startLine,
      ]),
    ).toEqual([
      ["message-loss", "error", "topology/orders.yaml", 8],
      ["message-loss", "error", "topology/orders.yaml", 8],
      ["message-loss", "error", "topology/orders.yaml", 1],
      ["ordering", "warning", "topology/orders.yaml", 8],
    ]);
    const [one] = results(reviewOf([changed("q", "outage")]));
    const moved = changed("q", "outage");
    const [two] = results(
      reviewOf([
        {
          ...moved,
          after: { ...moved.after!, origin: { file: "topology/orders.yaml", line: 99, column: 1 } },
        },
      ]),
    );
    expect(two!.locations).not.toEqual(one!.locations);
    expect(two!.partialFingerprints).toEqual(one!.partialFingerprints);
  });
});

describe("secrets", () => {
  const withSecret = (secret: string): PlanObject[] => [
    user(secret),
    kubernetes("Secret", { stringData: { anything: secret } }),
    kubernetes("StatefulSet", { containers: [{ env: [{ name: "REDIS_PASSWORD", value: secret }] }] }),
    kubernetes("ConfigMap", {
      data: { "redis.conf": `appendonly yes\nrequirepass ${secret}\nuser web on >${secret} ~*\n` },
    }),
  ];
  const object = (kind: string, key: string, spec: PlanObject["spec"]): PlanObject => ({
    kind,
    key,
    cluster: "main",
    spec,
    dependsOn: [],
  });
  const user = (password: string) =>
    object("rabbitmq-user", "rabbitmq/main/user/web", { name: "web", tags: [], password });
  const kubernetes = (kind: string, more: PlanObject["spec"]) =>
    object("kubernetes-object", `kubernetes/main/${kind}`, {
      apiVersion: "v1",
      kind,
      metadata: { name: "x" },
      ...more,
    });

  test.each(formats)("in clear in either revision never show in %s", (format) => {
    const one = review({ objects: withSecret("hunter2-old") }, { objects: withSecret("hunter2-new") });
    expect(one.changes).toHaveLength(4);
    const text = render(format, one);
    expect(text).not.toContain("hunter2");
    if (format === "json") expect(text).toContain('"before": "***",\n              "after": "***"');
  });

  test("by reference show, because a name is no secret", () => {
    const one = review({ objects: [user("${secret:OLD}")] }, { objects: [user("${secret:NEW}")] });
    expect(render("pretty", one)).toContain("password: ${secret:OLD} → ${secret:NEW}");
  });
});

test("the published schema is the one that the code has", () => {
  const printed = execFileSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { reviewSchema } from "./src/report/review/schema.ts"; process.stdout.write(JSON.stringify(reviewSchema(), null, 2) + "\\n");`,
    ],
    { cwd: join(import.meta.dirname, "../.."), encoding: "utf8" },
  );
  expect(readFileSync(join(import.meta.dirname, "../../schema/review.schema.json"), "utf8")).toBe(printed);
});
