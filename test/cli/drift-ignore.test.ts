import { beforeEach, describe, expect, test } from "vitest";
import { DriftProject } from "./drift-project.ts";

const file = "queueform.ignore.yaml";
const project = new DriftProject(`  queues:
    work: { type: classic, limit: { messages: 1000 } }
    other: { type: classic }
`);
const stray = project.key("queue", "stray");

beforeEach(async () => {
  await project.reset();
  await project.byHand("PUT", "queues/%/stray", { durable: true });
});

describe("queueform.ignore.yaml", () => {
  test("takes out what it names, says so, and says which entries are unused", async () => {
    project.write(
      file,
      `ignore:
  - { key: ${stray}, reason: "The billing team's, see OPS-12" }
  - { keys: "rabbitmq/main/*/queue/gone.*", reason: Never came }
  - { key: nothing, environment: shared, reason: Of another environment }
`,
    );
    const { code, stdout, stderr } = await project.drift("local");
    expect(code).toBe(0);
    expect(stderr).toContain("no drift (4 objects compared, 1 ignored)");
    expect(stdout).toContain(`${file}:3: "rabbitmq/main/*/queue/gone.*" ignores nothing any more`);
    expect(await project.document("local")).toMatchObject({
      unmanaged: [],
      ignored: [
        { key: stray, finding: "unmanaged", reason: "The billing team's, see OPS-12", origin: { line: 2 } },
      ],
      unusedIgnores: [{ origin: { line: 3 } }],
    });
  });

  test("an entry for one field or one finding lets all others through", async () => {
    const policy = { pattern: "^work$", definition: { "max-length": 5, expires: 99_999_999 }, priority: 9 };
    await project.byHand("PUT", "policies/%/theirs", { ...policy, "apply-to": "queues" });
    const key = project.key("queue", "work");
    project.write(
      file,
      `ignore:
  - { keys: "*", finding: unmanaged, reason: Known }
  - { key: ${key}, field: policy.max-length, reason: Known }
  - { key: ${project.key("queue", "other")}, finding: changed, reason: Known }
`,
    );
    await project.byHand("DELETE", "queues/%/other");
    const { changed, missing, unmanaged } = await project.document("local");
    expect(changed.map(({ fields }) => fields.map(({ field }) => field))).toEqual([["policy.expires"]]);
    expect(missing).toHaveLength(1);
    expect(unmanaged).toEqual([]);
  });

  test.each([
    ["an unknown word", "- { keys: a, reasn: b }", '"reasn" is not a word'],
    ["no reason", "- { key: a }", 'lacks "reason"'],
    ["an empty reason", '- { key: a, reason: " " }', '"reason" can\'t be'],
    ["no key", "- { reason: a }", 'neither "key" nor "keys"'],
    ["a field of what is missing", "- { key: a, field: b, finding: missing, reason: c }", "names a field"],
  ])("%s is an error at its line, and nothing is ignored", async (_what, entry, said) => {
    project.write(file, `# known\nignore:\n  ${entry}\n`);
    const { code, stdout, stderr } = await project.drift("local");
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain(`${file}:3:`);
    expect(stderr).toContain(said);
  });
});

describe("--write-ignore", () => {
  test("adds what was found, with the reason given, and keeps what stands there", async () => {
    const before = `# Talk to Kim first.
ignore:
    # the old days
    - key: something # else
      reason: Known
# the end
`;
    project.write(file, before);
    const policy = { pattern: "^work$", definition: { "max-length": 5 }, priority: 9, "apply-to": "queues" };
    await project.byHand("PUT", "policies/%/theirs", policy);
    await project.byHand("DELETE", "queues/%/other");
    const first = await project.drift("local", "--write-ignore", 'Inherited: "see" OPS-12');
    expect(first.code).toBe(2);
    expect(first.stderr).toContain(`${file}: 4 entries added`);
    const after = project.read(file);
    expect(after.startsWith(before)).toBe(true);
    expect(after).toContain(
      `    - key: "${stray}"\n      environment: "local"\n      finding: "unmanaged"\n`,
    );
    expect(after).toContain('field: "policy.max-length"\n      reason: "Inherited: \\"see\\" OPS-12"\n');
    const second = await project.drift("local");
    expect(second.code).toBe(0);
    expect(second.stderr).toContain("4 ignored");
    await project.byHand("PUT", "policies/%/theirs", { ...policy, definition: { "message-ttl": 5 } });
    const third = await project.document("local");
    expect(third.changed.map(({ fields }) => fields.map(({ field }) => field))).toEqual([
      ["policy.message-ttl"],
    ]);
  });

  test("makes the file, needs a reason, and never ignores what could not be checked", async () => {
    expect(await project.drift("local", "--write-ignore", " ")).toMatchObject({ code: 64 });
    expect(await project.drift("local", "--write-ignore", "Known")).toMatchObject({ code: 2 });
    expect(project.read(file)).toContain(`ignore:\n  - key: "${stray}"\n`);
    expect(await project.drift("local")).toMatchObject({ code: 0 });
    const away = await project.drift("away", "--write-ignore", "Known");
    expect(away.code).toBe(3);
    expect(away.stderr).toContain("0 entries added");
  });
});
