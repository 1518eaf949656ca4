import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queueform } from "./run.ts";

const head = "apiVersion: queueform/v1\ndomain: broken\n";
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-broken-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Text, bytes or several files; and the rule and line that must be named. */
const broken: [title: string, files: Record<string, string | Buffer>, rule: string, line?: number][] = [
  ["bad indentation", { "a.yaml": `${head}rabbitmq:\n  queues:\n    a: {}\n   b: {}\n` }, "yaml-syntax", 6],
  ["tabs as indentation", { "a.yaml": `${head}rabbitmq:\n\tqueues: {}\n` }, "yaml-syntax", 4],
  ["an unclosed bracket", { "a.yaml": `${head}rabbitmq: { queues: { a: {}\n` }, "yaml-syntax"],
  ["an unclosed quote", { "a.yaml": `${head}owner: "somebody\n` }, "yaml-syntax"],
  ["two documents", { "a.yaml": `${head}---\n${head}` }, "yaml-syntax", 3],
  [
    "an unknown key",
    { "a.yaml": `${head}rabbitmq:\n  queues:\n    a: { tpye: quorum }\n` },
    "unknown-key",
    5,
  ],
  ["an unknown top-level key", { "a.yaml": `${head}rabitmq: {}\n` }, "unknown-key", 3],
  [
    "a wrong type",
    { "a.yaml": `${head}kafka:\n  topics:\n    a: { partitions: twelve }\n` },
    "wrong-type",
    5,
  ],
  [
    "a value that is not allowed",
    { "a.yaml": `${head}rabbitmq:\n  exchanges:\n    a: { type: topik }\n` },
    "unknown-value",
    5,
  ],
  [
    "a number out of range",
    { "a.yaml": `${head}kafka:\n  topics:\n    a: { partitions: 0 }\n` },
    "out-of-range",
    5,
  ],
  [
    "a duration nobody understands",
    { "a.yaml": `${head}rabbitmq:\n  queues:\n    a: { ttl: 5 minutes }\n` },
    "wrong-format",
    5,
  ],
  ["a missing key", { "a.yaml": `${head}kafka:\n  topics:\n    a: { replication: 3 }\n` }, "missing-key", 5],
  [
    "a word that needs another",
    { "a.yaml": `${head}rabbitmq:\n  users:\n    a: { tags: [administrator] }\n` },
    "missing-key",
    5,
  ],
  ["a missing domain", { "a.yaml": "apiVersion: queueform/v1\n" }, "missing-key", 1],
  ["another version", { "a.yaml": "apiVersion: queueform/v2\ndomain: a\n" }, "unknown-value", 1],
  [
    "a duplicate key",
    { "a.yaml": `${head}rabbitmq:\n  queues:\n    a: {}\n    a: {}\n` },
    "duplicate-key",
    6,
  ],
  ["__proto__ as a key", { "a.yaml": `${head}rabbitmq:\n  queues:\n    __proto__: {}\n` }, "yaml-key", 5],
  ["a map as a key", { "a.yaml": `${head}rabbitmq:\n  queues:\n    ? { a: b }\n    : {}\n` }, "yaml-key", 5],
  [
    "constructor and toString as words",
    { "a.yaml": `${head}constructor: {}\ntoString: {}\n` },
    "unknown-key",
    3,
  ],
  ["an alias bomb", { "a.yaml": aliasBomb() }, "yaml-alias-bomb"],
  ["an alias of itself", { "a.yaml": `${head}x-a: &a { b: *a }\n` }, "yaml-alias-bomb"],
  ["an alias of nothing", { "a.yaml": `${head}owner: *nobody\n` }, "yaml-syntax"],
  ["nesting without end", { "a.yaml": `${head}x-a: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n` }, "yaml"],
  ["20 MB", { "a.yaml": `${head}x-a: ${"a".repeat(20 * 1024 * 1024)}\n` }, "file-too-large"],
  ["not UTF-8", { "a.yaml": Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a]) }, "file-not-utf8"],
  ["UTF-16", { "a.yaml": Buffer.from(`\ufeff${head}`, "utf16le") }, "file-not-utf8"],
  [
    "binary",
    { "a.yaml": Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 128)) },
    "file-not-utf8",
  ],
  ["an empty file", { "a.yaml": "" }, "empty-file"],
  ["only comments", { "a.yaml": "# nothing here\n" }, "empty-file"],
  ["a list", { "a.yaml": "- a\n- b\n" }, "not-a-mapping"],
  ["a single word", { "a.yaml": "hello\n" }, "not-a-mapping"],
  ["JSON that breaks off", { "a.yaml": '{"apiVersion": "queueform/v1", "domain": ' }, "yaml-syntax"],
  ["null where a block should be", { "a.yaml": `${head}rabbitmq:\n  queues:\n    a:\n` }, "wrong-type", 5],
  ["a list where a block should be", { "a.yaml": `${head}rabbitmq:\n  queues: [a, b]\n` }, "wrong-type", 4],
  [
    "two files defining the same queue",
    {
      "a.yaml": `${head}rabbitmq:\n  queues:\n    a: {}\n`,
      "b.yaml": `${head}rabbitmq:\n  queues:\n    a: {}\n`,
    },
    "duplicate-declaration",
    5,
  ],
];

function aliasBomb(): string {
  const levels = Array.from(
    { length: 12 },
    (_, level) =>
      `x-${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(", ")}]`,
  );
  return `${head}x-0: &l0 [a, a, a, a, a, a, a, a, a]\n${levels.join("\n")}\n`;
}

test.each(broken)("%s", async (title, files, rule, line) => {
  const folder = join(directory, title.replace(/\W+/g, "-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const shown = await queueform(["validate", "."], folder);
  expect(shown.stderr + shown.stdout).not.toMatch(/\n\s+at .*\.[jt]s:|Queueform failed|undefined|\[object/);
  expect(shown.code).toBe(1);
  const parsed = JSON.parse((await queueform(["validate", ".", "--output", "json"], folder)).stdout) as {
    diagnostics: { rule: string; file: string; line: number; column: number }[];
  };
  const found = parsed.diagnostics.filter((diagnostic) => diagnostic.rule.startsWith(rule));
  expect(found).not.toEqual([]);
  for (const { file, column } of parsed.diagnostics) {
    expect(Object.keys(files)).toContain(file);
    expect(column).toBeGreaterThan(0);
  }
  if (line !== undefined) expect(found.map((diagnostic) => diagnostic.line)).toContain(line);
});

test("a folder without topology files, a missing path and a path of the wrong kind are wrong usage", async () => {
  const folder = join(directory, "usage");
  mkdirSync(join(folder, "empty"), { recursive: true });
  for (const [path, message] of [
    ["empty", "holds no .yaml file"],
    ["nowhere.yaml", 'There is no file or folder "nowhere.yaml"'],
  ]) {
    const { code, stdout, stderr } = await queueform(["validate", path!], folder);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(message);
  }
});

/** What is printed about errors: each begins with its place, and ends before the next one. */
const errorsIn = (stdout: string): string =>
  stdout
    .split(/^(?=\S+:\d+:\d+ )/m)
    .filter((part) => / {2}error {2}/.test(part.split("\n", 1)[0]!))
    .join("");

test("several problems are all found in one run, in reading order, each with its code frame", async () => {
  const folder = join(directory, "several");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "a.yaml"),
    `${head}rabbitmq:\n  exchanges:\n    orders: { type: topic }\n  queues:\n    a: { bind: [{ exchange: order }] }\n    b: { arguments: { x-max-lenght: 5 } }\n`,
  );
  const { stdout, stderr, code } = await queueform(["validate", "."], folder);
  expect(code).toBe(1);
  expect(stderr).toContain("2 errors");
  // The advice about these queues comes between the errors.
  expect(errorsIn(stdout)).toBe(`a.yaml:7:29  error  unknown-reference
  5 |     orders: { type: topic }
  6 |   queues:
  7 |     a: { bind: [{ exchange: order }] }
    |                             ^^^^^
  The exchange "order" is not declared in any file.
  What refers to it can't be created: the broker refuses it, or drops what should go there. Did you mean "orders"? Declare the exchange, or correct the name.

a.yaml:8:23  error  rabbitmq-unknown-queue-argument
  6 |   queues:
  7 |     a: { bind: [{ exchange: order }] }
  8 |     b: { arguments: { x-max-lenght: 5 } }
    |                       ^^^^^^^^^^^^
  RabbitMQ knows no queue argument "x-max-lenght".
  It accepts the queue and silently ignores the argument, so what it should do never happens. Did you mean "x-max-length"? Correct or remove it; allow it if a plugin of yours knows it.

`);
});
