import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readEnvironment } from "../../src/environment/read.ts";
import { resolveSecrets, secretFromProcess } from "../../src/environment/secrets.ts";
import { renderDiagnostic } from "../../src/report/diagnostics.ts";
import { plain } from "../../src/report/style.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import { positionOf } from "../../src/topology/mark.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-environment-"));
  mkdirSync(join(directory, "stacks"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function read(text: string) {
  writeFileSync(join(directory, "stacks/Pulumi.prod.yaml"), text);
  const problems: Diagnostic[] = [];
  const environment = readEnvironment(directory, "prod", (problem) => problems.push(problem));
  const rendered = problems.map((problem) => renderDiagnostic(problem, plain)).join("");
  return {
    environment,
    rendered,
    problems: problems.map(({ rule, mark, ...texts }) => ({
      rule,
      line: positionOf(mark.source, mark.start).line,
      ...texts,
    })),
  };
}
const stack = (clusters: string, rest = ""): string =>
  `config:\n  queueform:environment:\n    engine: pulumi\n    clusters:\n${clusters}${rest}`;
const rabbitmq = (fields: string): string =>
  `      rabbitmq:\n        main: { endpoint: "http://127.0.0.1:15672/", username: a, ${fields} }\n`;

describe("a stack file", () => {
  test("is read, its endpoint without the slash that providers stumble over", () => {
    const { environment, problems } = read(
      stack(rabbitmq('password: "${secret:RABBITMQ_PASSWORD}", identity: shop')),
    );
    expect(problems).toEqual([]);
    expect(environment?.clusters.rabbitmq.get("main")).toMatchObject({
      endpoint: "http://127.0.0.1:15672",
      password: "${secret:RABBITMQ_PASSWORD}",
      identity: "shop",
      reach: "direct",
    });
  });

  test("may ask for users and rights, also on the sandbox's clusters", () => {
    const { environment, problems } = read(
      stack(
        `${rabbitmq('password: "${secret:P}", access: managed, principal: "{app}-prod"')}      kafka:\n        main: { from: "\${sandbox:kafka}", access: managed }\n        other: "\${sandbox:kafka}"\n`,
      ),
    );
    expect(problems).toEqual([]);
    const { rabbitmq: rabbitmqs, kafka } = environment!.clusters;
    expect(rabbitmqs.get("main")).toMatchObject({ access: "managed", principal: "{app}-prod" });
    // The sandbox doesn't run here.
    expect(kafka.get("main")).toMatchObject({ access: "managed", reach: "none" });
    expect(kafka.get("other")).not.toHaveProperty("access");
  });

  test("may hold what Pulumi writes into it", () => {
    const text = `encryptionsalt: v1:abc\n${stack(rabbitmq('password: "${secret:P}"'))}  queueform:P: { secure: v1:abc }\n  pulumi:autonaming: { mode: disabled }\n`;
    expect(read(text).problems).toEqual([]);
  });

  test.each([
    ["a password in clear", stack(rabbitmq("password: hunter2")), "secret-in-clear", 6],
    [
      "user and password in the endpoint",
      stack(
        '      rabbitmq:\n        main: { endpoint: "http://a:hunter2@127.0.0.1", username: a, password: "${secret:P}" }\n',
      ),
      "wrong-format",
      6,
    ],
    [
      "an unknown engine",
      stack("      {}\n").replace("engine: pulumi", "engine: terraform"),
      "unknown-value",
      3,
    ],
    ["an unknown word", stack("      rabitmq: {}\n"), "unknown-key", 5],
    [
      "a sandbox of another broker",
      stack('      rabbitmq: { main: "${sandbox:kafka}" }\n'),
      "wrong-format",
      5,
    ],
    ["no environment in it", "config: {}\n", "stack-without-environment", 1],
    ["a cluster that is nowhere", stack("      kafka: { main: { access: managed } }\n"), "missing-key", 5],
    [
      "a principal that is the same for all",
      stack(rabbitmq('password: "${secret:P}", principal: shop')),
      "wrong-format",
      6,
    ],
    [
      "a Kafka broker without a port",
      stack("      kafka: { main: { bootstrap: [kafka-1] } }\n"),
      "wrong-format",
      5,
    ],
  ])("with %s is refused", (_title, text, rule, line) => {
    const { environment, problems, rendered } = read(text);
    expect(environment).toBeUndefined();
    expect(problems).toEqual([expect.objectContaining({ rule, line })]);
    expect(rendered).not.toMatch(/hunter2/);
  });

  test("that does not exist is wrong usage, with the nearest name", () => {
    expect(() => readEnvironment(directory, "prd", () => undefined)).toThrow(
      /no environment "prd".*Did you mean "prod"\?/s,
    );
  });
});

describe("secrets", () => {
  test("come from the environment, or from a file that it names", () => {
    writeFileSync(join(directory, "secret"), "from file\n");
    expect(secretFromProcess("A", { A: "direct" })).toBe("direct");
    expect(secretFromProcess("A", { A_FILE: join(directory, "secret") })).toBe("from file");
  });

  test("that are missing are wrong usage, and say where they were looked for", () => {
    expect(() => secretFromProcess("A", {})).toThrow(
      "The secret A is not set. Set the environment variable A, or A_FILE to a file that holds it.",
    );
    expect(() => secretFromProcess("A", { A_FILE: "/nowhere" })).toThrow(
      /A_FILE names, which can't be read \(ENOENT\)/,
    );
  });

  test("are put in wherever a text is a reference, and nowhere else", () => {
    const value = { a: "${secret:A}", b: ["${secret:A}", "x ${secret:A}"], c: 1 };
    expect(resolveSecrets(value, () => "s")).toEqual({ a: "s", b: ["s", "x ${secret:A}"], c: 1 });
  });
});
