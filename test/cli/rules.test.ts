import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rulesDocument } from "../../src/report/rules.ts";
import { pages } from "../../src/rules/lint/pages.ts";
import { queueform } from "./run.ts";

const root = join(import.meta.dirname, "../..");
const head = "apiVersion: queueform/v1\ndomain: test\nowner: team\n";
let directory: string;
let projects = 0;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-rules-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A project with these files; topology files without their head. */
function project(files: Record<string, string>): string {
  const folder = join(directory, String(projects++));
  for (const [path, text] of Object.entries({ "Pulumi.yaml": "name: test\nruntime: nodejs\n", ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path.startsWith("topology/") ? head + text : text);
  }
  return folder;
}

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly fix: string;
}

async function validate(folder: string, ...args: string[]): Promise<{ found: Found[]; code: number | null }> {
  const { stdout, code } = await queueform(["validate", "--output", "json", ...args], folder);
  return { found: (JSON.parse(stdout) as { diagnostics: Found[] }).diagnostics, code };
}
const said = (found: readonly Found[]): string[] =>
  found.map(({ file, line, severity, rule }) => `${file}:${line} ${severity} ${rule}`);

const stackFile = (kafka: string, overlay: string): string =>
  `config:\n  queueform:environment:\n    engine: direct\n    clusters: { kafka: { main: ${kafka} } }\n    overlay: ${overlay}\n`;

/** What brokers of some versions take and others refuse. */
const mirrored = (version: string): string =>
  `rabbitmq:\n  version: "${version}"\n  queues:\n    a: { type: classic, durable: false, bind: [{ exchange: amq.topic, key: "#.a.#.b.#" }] }\n  policies:\n    p: { pattern: ^a$, definition: { ha-mode: all } }\n`;

/** One warning, at line 6, and nothing else. */
const unbound = "rabbitmq:\n  queues:\n    jobs: { deadLetter: true, ttl: 7d }";

describe("the pages of rules", () => {
  test("rules lists every id once with severity and summary, as an array for machines", async () => {
    const { stdout, code } = await queueform(["rules", "--output", "json"], directory);
    const listed = JSON.parse(stdout) as Record<string, string>[];
    expect(code).toBe(0);
    expect(listed.map(({ id }) => id)).toEqual([...new Set(pages.keys())].toSorted());
    for (const rule of listed) {
      expect(Object.keys(rule)).toEqual(["id", "severity", "default", "summary"]);
      expect(["error", "warning", "info"]).toContain(rule["severity"]);
    }
    expect(listed).toContainEqual({
      id: "queue-without-dlq",
      severity: "warning",
      default: "warning",
      summary: "A queue has no dead letters.",
    });
  });

  test("rules shows what queueform.yaml makes of them", async () => {
    const folder = project({ "queueform.yaml": "rules: { queue-unbound: off, owner-missing: error }\n" });
    const { stdout, code } = await queueform(["rules", "--output", "json"], folder);
    const listed = JSON.parse(stdout) as Record<string, string>[];
    const changed = listed.filter((rule) => rule["severity"] !== rule["default"]);
    expect(changed.map((rule) => [rule["id"], rule["severity"], rule["default"]])).toEqual([
      ["owner-missing", "error", "info"],
      ["queue-unbound", "off", "warning"],
    ]);
    expect(code).toBe(0);
    const pretty = await queueform(["rules"], folder);
    expect(pretty.stdout).toMatch(/^queue-unbound +off +A queue .+ \(warning by default\)$/m);
    expect(pretty.stdout).toMatch(/^queue-without-dlq +warning +A queue has no dead letters\.$/m);
  });

  test("rules says what is wrong with queueform.yaml, and lists the rules all the same", async () => {
    const folder = project({ "queueform.yaml": "rules: { queue-unbond: off }\n" });
    const { stdout, stderr, code } = await queueform(["rules"], folder);
    expect(stderr).toContain('Did you mean "queue-unbound"?');
    expect(stdout).toContain("queue-unbound");
    expect(code).toBe(1);
  });

  test("explain prints what, why, fix, the lines it finds and how to allow it", async () => {
    const { stdout, code } = await queueform(["explain", "dlx-self-loop"], directory);
    expect(code).toBe(0);
    for (const part of [
      "dlx-self-loop  error",
      "Why:",
      "Fix:",
      "own-exchange:",
      "# allow dlx-self-loop: <reason>",
    ])
      expect(stdout).toContain(part);
  });

  test("explain says of what brokers refuse that it can't be turned off", async () => {
    const { stdout } = await queueform(["explain", "kafka-topic-name"], directory);
    expect(stdout).toContain("It can't be turned off");
    expect(stdout).not.toContain("# allow");
  });

  test("explain knows what is found while files are read", async () => {
    const { stdout, code } = await queueform(["explain", "yaml-syntax"], directory);
    expect(code).toBe(0);
    expect(stdout).toContain("A file is not YAML.");
  });

  test("explain names the nearest rule for a typo, and is wrong usage without one", async () => {
    const typo = await queueform(["explain", "dlx-selfloop"], directory);
    expect(typo.code).toBe(64);
    expect(typo.stderr).toContain('Did you mean "dlx-self-loop"?');
    const none = await queueform(["explain"], directory);
    expect(none.code).toBe(64);
    expect(none.stderr).toContain("queueform explain RULE");
  });

  test("every page is written in full sentences", () => {
    for (const { summary, why, fix } of pages.values())
      for (const sentence of [summary, why, fix]) expect(sentence).toMatch(/^["A-Z].*[.?!]$/s);
  });

  test("docs/rules.md is what the rules say", () => {
    expect(readFileSync(join(root, "docs/rules.md"), "utf8")).toBe(rulesDocument([...pages.values()]));
  });

  test("everything that reading reports has a page", () => {
    const sources = [
      "topology/yaml.ts",
      "topology/files.ts",
      "topology/shape.ts",
      "topology/overlay.ts",
      "environment/read.ts",
    ];
    const ids = sources.flatMap((path) => [
      ...readFileSync(join(root, "src", path), "utf8").matchAll(/(?:\brule: |refuse\(\s*)"([a-z0-9-]+)"/g),
    ]);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.map(([, id]) => id).filter((id) => !pages.has(id!))).toEqual([]);
  });
});

describe("--fail-on", () => {
  test("warnings fail a run only when asked", async () => {
    const folder = project({ "topology/a.yaml": unbound });
    const lenient = await validate(folder);
    expect(said(lenient.found)).toEqual(["topology/a.yaml:6 warning queue-unbound"]);
    expect(lenient.code).toBe(0);
    expect((await validate(folder, "--fail-on", "warning")).code).toBe(1);
  });
});

describe("# allow", () => {
  test("a comment on the line, or alone above it, allows what a rule finds there", async () => {
    const folder = project({
      "topology/a.yaml": `${unbound} # allow queue-unbound: published to by name`,
      "topology/b.yaml": unbound
        .replace("jobs", "mails")
        .replace("    mails", "    # allow queue-unbound: published to by name\n    # for years\n    mails"),
    });
    expect((await validate(folder)).found).toEqual([]);
  });

  test("a comment allows one rule on one line, nothing else", async () => {
    const folder = project({
      "topology/a.yaml": `${unbound} # allow queue-unbound: by name\n    mails: { deadLetter: true, ttl: 7d }\n    other: {} # allow queue-unbound: by name\n`,
    });
    expect(said((await validate(folder)).found)).toEqual([
      "topology/a.yaml:7 warning queue-unbound",
      "topology/a.yaml:8 warning queue-without-dlq",
    ]);
  });

  test("without a reason it allows nothing and says so", async () => {
    const folder = project({ "topology/a.yaml": `${unbound} # allow queue-unbound` });
    expect(said((await validate(folder)).found).toSorted()).toEqual([
      "topology/a.yaml:6 warning allow-without-reason",
      "topology/a.yaml:6 warning queue-unbound",
    ]);
  });

  test("one that allows nothing is reported", async () => {
    const folder = project({
      "topology/a.yaml": `${unbound.replace("jobs:", "log:").replace("deadLetter: true, ttl: 7d", "type: stream")} # allow queue-unbound: by name`,
    });
    expect(said((await validate(folder)).found)).toEqual(["topology/a.yaml:6 warning unused-allow"]);
  });

  test("one that is needed in one environment only is used", async () => {
    const brokers = '{ bootstrap: ["kafka.example.com:9092"] }';
    const folder = project({
      "topology/a.yaml": `kafka:\n  topics:\n    placed:\n      partitions: 12\n      # allow kafka-segment-gt-retention: long segments are fine here\n      config: { min.insync.replicas: 2, segment.ms: 86400000 }\n`,
      "stacks/Pulumi.small.yaml": stackFile(brokers, "{ kafka.topics.placed: { retention: 1h } }"),
      "stacks/Pulumi.large.yaml": stackFile(brokers, "{}"),
    });
    expect((await validate(folder)).found).toEqual([]);
    // Who looks at one environment can't know what the others need.
    expect((await validate(folder, "--env", "large")).found).toEqual([]);
  });

  test("an unknown rule is named with its nearest one", async () => {
    const folder = project({ "topology/a.yaml": `${unbound} # allow queue-unbond: by name` });
    const { found } = await validate(folder);
    expect(said(found)).toContain("topology/a.yaml:6 warning unknown-rule");
    expect(found.find(({ rule }) => rule === "unknown-rule")?.fix).toContain('"queue-unbound"');
  });

  test("what a broker refuses can't be allowed", async () => {
    const folder = project({
      "topology/a.yaml": `kafka:\n  topics:\n    "a b": { partitions: 1, config: { min.insync.replicas: 2 } } # allow kafka-topic-name: we like it\n`,
    });
    const { found, code } = await validate(folder);
    expect(said(found).toSorted()).toEqual([
      "topology/a.yaml:6 error kafka-topic-name",
      "topology/a.yaml:6 error rule-not-optional",
    ]);
    expect(code).toBe(1);
  });

  test("a # inside of a value is no comment", async () => {
    const folder = project({
      "topology/a.yaml": `${unbound.replace("ttl: 7d", 'ttl: 7d, for: "# allow queue-unbound: no"')}`,
    });
    expect(said((await validate(folder)).found)).toEqual(["topology/a.yaml:6 warning queue-unbound"]);
  });

  test("nor is one inside of a block of text", async () => {
    const folder = project({
      "topology/a.yaml": `rabbitmq:\n  queues:\n    jobs:\n      deadLetter: true\n      ttl: 7d\n      for: |\n        # allow queue-unbound: no\n        # allow queue-unbond: no\n`,
    });
    expect(said((await validate(folder)).found)).toEqual(["topology/a.yaml:6 warning queue-unbound"]);
  });
});

describe("queueform.yaml", () => {
  test("turns rules off and changes their severity", async () => {
    const folder = project({
      "topology/a.yaml": `${unbound}\n    bare: { bind: [{ exchange: amq.topic, key: a }] }\n`,
      "queueform.yaml": "rules:\n  queue-unbound: off\n  queue-without-dlq: error\n",
    });
    const { found, code } = await validate(folder);
    expect(said(found)).toEqual(["topology/a.yaml:7 error queue-without-dlq"]);
    expect(code).toBe(1);
  });

  test("an unknown rule is an error with the nearest name", async () => {
    const folder = project({
      "topology/a.yaml": unbound,
      "queueform.yaml": "rules: { queue-unbond: off }\n",
    });
    const { found, code } = await validate(folder);
    expect(said(found)).toEqual(["queueform.yaml:1 error unknown-rule"]);
    expect(found[0]?.fix).toContain('Did you mean "queue-unbound"?');
    expect(code).toBe(1);
  });

  test("what a broker refuses can't be turned off", async () => {
    const folder = project({
      "topology/a.yaml": unbound,
      "queueform.yaml": "rules: { rabbitmq-queue-argument: warning, yaml-syntax: off }\n",
    });
    expect(said((await validate(folder)).found)).toEqual([
      "queueform.yaml:1 error rule-not-optional",
      "queueform.yaml:1 error rule-not-optional",
    ]);
  });

  test("other words and severities are errors", async () => {
    const folder = project({
      "topology/a.yaml": unbound,
      "queueform.yaml": "rule: {}\nrules: { queue-unbound: none }\n",
    });
    expect(said((await validate(folder)).found)).toEqual([
      "queueform.yaml:1 error unknown-key",
      "queueform.yaml:2 error unknown-value",
    ]);
  });
});

describe("the version of RabbitMQ switches rules", () => {
  test.each([
    ["3.13", ["warning transient-queue"]],
    ["4.2", ["error ha-policy", "warning transient-queue"]],
    ["4.3", ["error ha-policy", "error topic-too-many-hash", "error transient-queue"]],
  ])("%s", async (version, expected) => {
    const { found } = await validate(project({ "topology/a.yaml": mirrored(version) }));
    expect(found.map(({ severity, rule }) => `${severity} ${rule}`).toSorted()).toEqual(expected);
  });
});

describe("durability is a question of the environment", () => {
  const topics =
    "kafka:\n  topics:\n    a: { partitions: 12, config: { min.insync.replicas: 2 } }\n    b: { partitions: 12, config: { min.insync.replicas: 2 } }\n";
  const overlay = "{ kafka.topics.*: { replication: 1, config: { min.insync.replicas: 1 } } }";

  test("a sandbox, which has one broker, may keep one copy", async () => {
    const folder = project({
      "topology/a.yaml": topics,
      "stacks/Pulumi.dev.yaml": stackFile('"${sandbox:kafka}"', overlay),
    });
    expect((await validate(folder)).found).toEqual([]);
  });

  test("elsewhere an overlay line is reported once, however many topics it changes", async () => {
    const folder = project({
      "topology/a.yaml": topics,
      "stacks/Pulumi.prod.yaml": stackFile('{ bootstrap: ["kafka.example.com:9092"] }', overlay),
    });
    expect(said((await validate(folder)).found)).toEqual(["stacks/Pulumi.prod.yaml:5 warning kafka-rf-lt-3"]);
  });
});

test("the shipped example has no errors in any environment", async () => {
  const { found, code } = await validate(root);
  expect(code).toBe(0);
  expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
});
