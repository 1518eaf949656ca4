import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { queueform, type Result } from "./run.ts";

const directory = mkdtempSync(join(tmpdir(), "queueform-gate-"));
const inDays = (days: number): string =>
  new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

function write(path: string, text: string): void {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), text);
}

/** A resource as Pulumi 3.257 writes it. */
function resource(type: string, key: string, inputs: object, goesWith: string[] = []) {
  return {
    urn: `urn:pulumi:prod::queueform::${type}::${key}`,
    type,
    inputs: { __defaults: [], ...inputs },
    propertyDependencies: { name: [], other: goesWith },
  };
}
type Resource = ReturnType<typeof resource>;
const step = (op: string, oldState: Resource, newState?: Resource) => ({
  op,
  urn: oldState.urn,
  oldState,
  ...(newState && { newState }),
});
type Step = ReturnType<typeof step>;

const queue = (type: string) =>
  resource("rabbitmq:index/queue:Queue", "rabbitmq/main/shop/queue/work", {
    vhost: "shop",
    name: "work",
    settings: { __defaults: [], arguments: { "x-queue-type": type }, autoDelete: false, durable: true },
  });
const binding = resource(
  "rabbitmq:index/binding:Binding",
  "rabbitmq/main/shop/binding/orders/queue/work/a",
  { destination: "work" },
  [queue("").urn],
);
const user = resource("rabbitmq:index/user:User", "rabbitmq/main/user/web", { password: "[secret]" });
const policy = (name: string) =>
  resource("rabbitmq:index/policy:Policy", `rabbitmq/main/shop/policy/${name}`, { name });
const provider = resource("pulumi:providers:kafka", "kafka/main", {});
const quota = resource("kafka:index/quota:Quota", "kafka/main/quota/user/web", { entityName: "web" });
const replacement = [step("replace", queue("quorum"), queue("classic")), step("replace", binding, binding)];
const deletion = [step("delete", binding), step("delete", queue("quorum"))];

function preview(steps: readonly Step[], diagnostics: readonly object[] = []): object {
  const all = [step("same", resource("pulumi:pulumi:Stack", "queueform-prod", {})), ...steps];
  const counted = Map.groupBy(all, ({ op }) => op);
  const changeSummary = Object.fromEntries([...counted].map(([op, { length }]) => [op, length]));
  return { config: {}, steps: all, diagnostics, duration: 1, changeSummary: { ...changeSummary, same: 7 } };
}

interface Shown {
  readonly steps: { key: string; operation: string; stopped?: string; approval?: object; takes: string[] }[];
  readonly requests: { object: string; operation: string; fingerprint: string }[];
  readonly unused: { object: string }[];
  readonly errors: string[];
}

function run(content: unknown, ...args: string[]): Promise<Result> {
  write("preview.json", typeof content === "string" ? content : JSON.stringify(content));
  return queueform(["gate", "preview.json", "--env", "prod", ...args], directory);
}
async function gate(content: unknown): Promise<Shown & { code: number | null }> {
  const { code, stdout } = await run(content, "--output", "json");
  return { code, ...(JSON.parse(stdout) as Shown) };
}

/** Approves all that the gate stops. */
async function approve(content: unknown): Promise<void> {
  const { requests } = await gate(content);
  const entries = requests.map(
    ({ object, operation, fingerprint }) =>
      `  - { environment: prod, object: "${object}", operation: ${operation}, reason: unused, expires: ${inDays(3)}, fingerprint: "${fingerprint}" }\n`,
  );
  write("topology/approvals.yaml", `approvals:\n${entries.join("")}`);
}

beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  write("Pulumi.yaml", "name: shop\n");
  for (const [name, engine] of [
    ["prod", "pulumi"],
    ["lab", "direct"],
  ] as const)
    write(
      `stacks/Pulumi.${name}.yaml`,
      `config:\n  queueform:environment: { engine: ${engine}, clusters: {} }\n`,
    );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("gate", () => {
  test("passes what loses nothing", async () => {
    const harmless = [
      step("create", user),
      step("update", queue("classic"), queue("classic")),
      step("delete", policy("queueform-0123abcd")),
      step("delete", provider),
      step("replace", quota, quota),
      step("create-replacement", quota, quota),
    ];
    expect(await gate(preview(harmless))).toEqual({
      code: 0,
      environment: "prod",
      steps: [],
      requests: [],
      unused: [],
      errors: [],
    });
  });

  test.each([
    ["a replaced queue with its binding", replacement, ["rabbitmq/main/shop/queue/work"]],
    ["a deleted queue with its binding", deletion, ["rabbitmq/main/shop/queue/work"]],
    ["a binding alone", [step("delete", binding)], ["rabbitmq/main/shop/binding/orders/queue/work/a"]],
    ["a user", [step("delete", user)], ["rabbitmq/main/user/web"]],
    ["somebody's policy", [step("delete", policy("limits"))], ["rabbitmq/main/shop/policy/limits"]],
    ["half of a replacement", [step("delete-replaced", binding)], [binding.urn.split("::")[3]]],
    ["a step that nobody knows yet", [step("vanish", binding)], [binding.urn.split("::")[3]]],
  ])("stops %s, and an approval lets it through", async (_what, steps, keys) => {
    const content = preview(steps);
    const stopped = await gate(content);
    expect(stopped.code).toBe(1);
    expect(stopped.steps.map(({ key }) => key)).toEqual(keys);
    expect(stopped.steps.every(({ stopped: why }) => why === "No approval names it.")).toBe(true);
    await approve(content);
    expect(await gate(content)).toMatchObject({ code: 0, requests: [], unused: [], errors: [] });
  });

  test("stops what has grown since it was approved", async () => {
    await approve(preview(replacement));
    const more = { ...binding, urn: `${binding.urn}b` };
    for (const grown of [
      preview([...replacement, step("replace", more, more)]),
      preview([step("replace", queue("stream"), queue("classic")), step("replace", binding, binding)]),
      preview([step("replace", queue("quorum"), queue("stream")), step("replace", binding, binding)]),
      preview(deletion),
    ])
      expect(await gate(grown)).toMatchObject({ code: 1, steps: [{ stopped: expect.any(String) }] });
    expect((await gate(preview([...replacement, step("delete", user)]))).code).toBe(1);
  });

  test("names approvals that have nothing to do", async () => {
    await approve(preview(replacement));
    expect(await gate(preview([]))).toMatchObject({
      code: 0,
      unused: [{ object: "rabbitmq/main/shop/queue/work", line: 2 }],
    });
  });

  const refusal = {
    urn: queue("").urn,
    message: "error: Preview failed: resource can't be deleted\nbecause it is protected.",
    severity: "error",
  };
  const failed = { message: "error: preview failed\n", severity: "error" };
  test("stops what is approved and still protected, and says how to release it", async () => {
    await approve(preview(deletion));
    const { code, steps, errors } = await gate(preview(deletion, [refusal, failed]));
    expect({ code, errors }).toEqual({ code: 1, errors: [] });
    expect(steps[0]?.stopped).toContain("queueform release --env prod");
  });

  test.each([
    ["a broker that doesn't answer", [{ message: "error: dial tcp: connection refused", severity: "error" }]],
    ["no word of the reason", [failed]],
    ["protection of something that it doesn't list", [{ ...refusal, urn: `${refusal.urn}x` }, failed]],
    ["nothing but that", [{ ...refusal, urn: `${refusal.urn}x` }]],
  ])("a preview that failed for %s is no pass", async (_what, diagnostics) => {
    expect((await run(preview([], diagnostics))).code).toBe(3);
  });

  const cut = JSON.stringify(preview(deletion)).slice(0, -20);
  const without = ({ ...whole }: Record<string, unknown>, field: string): object => {
    delete whole[field];
    return whole;
  };
  const deep = `${"[".repeat(1e6)}${"]".repeat(1e6)}`;
  test.each([
    ["nothing", "", "it is empty"],
    ["text", "Previewing update (prod)", "it is not JSON"],
    ["a file that was cut off", cut, "it is not JSON"],
    ["another JSON", [], "no steps"],
    ["an empty object", {}, "no steps"],
    ["no steps", { steps: [], changeSummary: {} }, "no steps"],
    ["no summary", without(preview([]) as Record<string, unknown>, "changeSummary"), "no summary"],
    ["fewer steps than its summary", { ...preview([]), changeSummary: { delete: 1 } }, '"delete"'],
    ["steps without resources", { steps: [{ op: "same", urn: "x" }], changeSummary: {} }, "no resource"],
    ["a step about another resource", preview([{ ...deletion[0]!, urn: user.urn }]), "no resource"],
    ["deep nesting", deep, "preview.json is not what a preview writes"],
  ])("refuses a file with %s", async (_what, content, message) => {
    const { code, stdout, stderr } = await run(content);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("defect");
  });

  test("refuses inputs that nest deeper than any spec", async () => {
    const text = JSON.stringify(preview([step("delete", queue("quorum"))]));
    const { code, stderr } = await run(text.replace('"quorum"', deep.slice(5e5, -5e5)));
    expect({ code, stderr }).toMatchObject({ code: 64, stderr: expect.stringContaining("too deeply") });
  });

  test("can't be made to move the cursor or to show a secret", async () => {
    const hostile = {
      ...user,
      urn: `${user.urn}\u001b[2J\npassed`,
      inputs: { __defaults: [], password: "correct horse battery staple" },
    };
    const error = { message: "\u001b[2Jamqp://me:hunter2@host", severity: "error" };
    const { code, stdout, stderr } = await run(preview([step("delete", hostile)], [error]));
    expect(code).toBe(3);
    // oxlint-disable-next-line no-control-regex -- looks for just these
    expect(stdout + stderr).not.toMatch(/\u001b|correct horse|hunter2/);
  });

  test("refuses the preview of another stack, and environments without previews", async () => {
    write(
      "stacks/Pulumi.staging.yaml",
      "config:\n  queueform:environment: { engine: pulumi, clusters: {} }\n",
    );
    write("preview.json", JSON.stringify(preview([])));
    const of = (environment: string) => queueform(["gate", "preview.json", "--env", environment], directory);
    expect(await of("staging")).toMatchObject({ code: 64, stderr: expect.stringContaining("--env prod") });
    expect(await of("lab")).toMatchObject({ code: 64, stderr: expect.stringContaining("queueform apply") });
    const missing = await queueform(["gate", "none.json", "--env", "prod"], directory);
    expect(missing).toMatchObject({ code: 64, stderr: expect.stringContaining("pulumi preview --json") });
  });
});
