import { beforeEach, describe, expect, test } from "vitest";
import { serve } from "../brokers/relays.ts";
import { sharedRabbitmq } from "../brokers/sandboxes.ts";
import { DriftProject } from "./drift-project.ts";

const project = new DriftProject(`  exchanges:
    orders: { type: topic }
  queues:
    work:
      type: classic
      bind: [{ exchange: orders, key: "#" }]
      limit: { messages: 1000 }
    other: { type: classic }
`);
const work = project.key("queue", "work");
const other = project.key("queue", "other");

/** A queue of another type, a queue gone, a queue too many, and a limit changed. */
async function tamper(): Promise<void> {
  const { byHand } = project;
  await byHand("DELETE", "queues/%/other");
  await byHand("DELETE", "queues/%/work");
  await byHand("PUT", "queues/%/work", { durable: true, arguments: { "x-queue-type": "quorum" } });
  await byHand("POST", "bindings/%/e/orders/q/work", { routing_key: "#" });
  await byHand("PUT", "queues/%/%3Cimg%20src=x%3E%20@team%20%23%20%5Ba%5D(b)%60", { durable: true });
}

describe("without drift", () => {
  beforeEach(() => project.reset());

  test("nothing on stdout, coverage on stderr, exit 0, in both kinds of environment", async () => {
    const local = await project.drift("local");
    expect(local).toMatchObject({ code: 0, stdout: "" });
    expect(local.stderr).toContain("local: no drift (6 objects compared)");
    expect(local.stderr).toContain("RabbitMQ main: 100 % (6 of 6)");
    const shared = await project.drift("shared");
    expect(shared).toMatchObject({ code: 0, stdout: "" });
    expect(shared.stderr).toContain("Pulumi's state was not compared: none is in this project");
  });

  test("exit 3 where nothing was compared: out of reach on purpose, or nothing declared", async () => {
    const away = await project.drift("away");
    expect(away.code).toBe(3);
    expect(away.stderr).toContain("none of its clusters can be asked from here");
    expect(away.stderr).toContain("away: nothing compared");
    project.write("nothing.yaml", "apiVersion: queueform/v1\ndomain: nothing\n");
    const nothing = await project.drift("local", "nothing.yaml");
    expect(nothing.code).toBe(3);
    expect(nothing.stderr).toContain("The files declare nothing in local, so nothing was compared");
  });
});

describe("who wins", () => {
  beforeEach(async () => {
    await project.reset();
    await tamper();
  });

  test("in an environment of apply: what it does, what it refuses, and whether that loses messages", async () => {
    expect(await project.document("local")).toMatchObject({
      formatVersion: 1,
      environment: "local",
      engine: "direct",
      clusters: [
        {
          broker: "rabbitmq",
          cluster: "main",
          state: "read",
          identity: sharedRabbitmq().identity,
          declared: 6,
          compared: 6,
          coverage: 100,
        },
      ],
      changed: [
        {
          key: work,
          origin: { file: "topology/shop.yaml", line: 9 },
          fields: [
            {
              field: "arguments.x-queue-type",
              before: "quorum",
              after: "classic",
              origin: { file: "topology/shop.yaml", line: 10 },
            },
          ],
          outcome: {
            what: "refused",
            losesMessages: true,
            sentence: expect.stringContaining(`--replace ${work}`),
          },
        },
      ],
      missing: [{ key: other, outcome: { what: "creates", losesMessages: false } }],
      unmanaged: [{ kind: "rabbitmq-queue" }],
      repair: [
        "npx queueform apply --env local",
        expect.stringMatching(/^#/),
        `npx queueform apply --env local --replace ${work}`,
      ],
    });
  });

  test("in an environment of Pulumi: never apply, target first, and what a protected object needs", async () => {
    const { changed, missing, repair } = await project.document("shared");
    expect(changed).toMatchObject([
      {
        outcome: {
          what: "refused",
          losesMessages: true,
          sentence: expect.stringMatching(/pulumi up leaves it.*--refresh stops.*topology\/approvals.yaml/),
        },
      },
    ]);
    expect(missing[0]?.outcome.sentence).toMatch(/leaves it missing.*--refresh makes it again/);
    expect(repair.filter((line) => !line.startsWith("#"))).toEqual([
      "npx queueform target --env shared",
      "npx pulumi preview --refresh --json -s shared > preview.json",
      "npx queueform gate preview.json --env shared",
      "npx pulumi up --refresh -s shared",
    ]);
  });

  test("a policy that nobody declared wins over both engines", async () => {
    await project.reset();
    const theirs = { pattern: "^work$", definition: { "max-length": 10 }, priority: 9, "apply-to": "queues" };
    await project.byHand("PUT", "policies/%/theirs", theirs);
    const { changed, unmanaged, repair } = await project.document("local");
    expect(changed).toMatchObject([
      {
        key: work,
        fields: [
          {
            field: "policy.max-length",
            before: 10,
            after: 1000,
            through: 'policy "theirs"',
            origin: { line: 12 },
          },
        ],
        outcome: { what: "nothing", sentence: expect.stringContaining("give ours a higher priority") },
      },
    ]);
    expect(unmanaged).toMatchObject([{ key: project.key("policy", "theirs") }]);
    expect(repair).toEqual([]);
  });
});

test("--timeout says how long a broker may be silent, and has to be a number of seconds", async () => {
  const server = await serve(() => undefined);
  project.write(
    "stacks/Pulumi.silent.yaml",
    project.read("stacks/Pulumi.local.yaml").replace(/http:[^"]*/, `http://${server.address}`),
  );
  for (const command of ["drift", "target"]) {
    const { code, stdout, stderr } = await project.run(command, "--env", "silent", "--timeout", "0.5");
    expect(code).toBe(3);
    expect(stdout + stderr).toContain("did not answer within 0.5 seconds");
  }
  await server.close();
  for (const wrong of ["0", "-1", "soon", "1e9", ""])
    expect(await project.drift("local", `--timeout=${wrong}`)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("Give a number of seconds"),
    });
});

describe("outputs", () => {
  beforeEach(async () => {
    await project.reset();
    await tamper();
  });

  test("pretty: piles, the line that declares it, and the repair", async () => {
    const { code, stdout, stderr } = await project.drift("local");
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^Changed on the broker .*\n {2}~ rabbitmq.*queue\/work {2}topology\/shop.yaml:9\n/,
    );
    expect(stdout).toContain("arguments.x-queue-type: quorum → classic  topology/shop.yaml:10\n");
    expect(stdout).toContain("message-loss: The type (quorum to classic)");
    expect(stdout).toContain("Missing on the broker");
    expect(stdout).toContain("On the broker, in no file");
    expect(stderr).toContain("local: 1 changed, 1 missing, 1 unmanaged (6 objects compared)");
  });

  test("markdown: a hidden mark for the environment, and names that mean nothing to GitHub", async () => {
    const { code, stdout } = await project.drift("local", "--output", "markdown");
    expect(code).toBe(2);
    expect(stdout.split("\n")[0]).toBe("<!-- queueform drift local -->");
    expect(stdout).toContain("## Drift in local: 1 changed, 1 missing, 1 unmanaged");
    expect(stdout).not.toMatch(/<img|@team|\[a\]\(b\)/);
    expect(stdout).toContain("queueform apply --env local");
  });

  test("sarif and github: at the line that declares it", async () => {
    const sarif = JSON.parse((await project.drift("local", "--output", "sarif")).stdout) as {
      runs: { results: { ruleId: string; level: string; locations: unknown[] }[] }[];
    };
    expect(sarif.runs[0]?.results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      "changed error",
      "missing error",
      "unmanaged warning",
    ]);
    expect(JSON.stringify(sarif.runs[0]?.results[0]?.locations)).toContain('"startLine":10');
    const { stdout } = await project.drift("local", "--output", "github");
    expect(stdout).toMatch(
      /^::error file=topology\/shop.yaml,line=10,col=\d+,title=Changed on the broker in local::/,
    );
    expect(stdout).toContain("::warning title=On the broker%2C in no file in local::");
  });
});
