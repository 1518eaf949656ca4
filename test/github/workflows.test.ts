import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { understand } from "../../src/cli.ts";
import { workflows } from "../../src/scaffold/workflows/workflows.ts";
import { commandsOf, type Job, readWorkflow, type Workflow } from "./workflow-file.ts";

const texts = workflows(["dev", "staging", "prod"], ["rabbitmq", "kafka", "redis"]);
const textOf = (name: string): string => texts.get(`.github/workflows/queueform-${name}.yaml`) ?? "";
const all = new Map(
  ["review", "comment", "deploy", "drift"].map((name) => [name, readWorkflow(textOf(name))]),
);
const workflow = (name: string): Workflow => all.get(name)!;
const jobs = [...all].flatMap(([name, { jobs: own }]) =>
  Object.entries(own).map(([id, job]) => ({ name: `${name}/${id}`, job })),
);

describe("workflows that init writes", () => {
  test("are these, and no deployment without a place to deploy to", () => {
    expect([...texts.keys()].toSorted()).toEqual(
      ["comment", "deploy", "drift", "review"].map((name) => `.github/workflows/queueform-${name}.yaml`),
    );
    expect([...workflows([], ["kafka"]).keys()]).toHaveLength(2);
  });

  test.each(jobs)(
    "$name: has steps that GitHub knows, with a limit of time, of actions with a major version",
    ({ job }) => {
      for (const step of job.steps) {
        expect([step.run, step.uses].filter((one) => one !== undefined)).toHaveLength(1);
        expect(step.uses ?? "actions/x@v1").toMatch(/^(actions|github)\/[a-z/-]+@v\d+$/);
        expect(
          Object.keys(step).filter(
            (key) => !["id", "if", "name", "uses", "with", "run", "env", "continue-on-error"].includes(key),
          ),
        ).toEqual([]);
      }
      expect(job).toMatchObject({ "runs-on": "ubuntu-latest", "timeout-minutes": expect.any(Number) });
    },
  );

  test("use expressions of contexts that exist where they stand", () => {
    const expressions = [...texts.values()].flatMap((text) =>
      [...text.matchAll(/\$\{\{ (.*?) \}\}/g)].map(([, one]) => one),
    );
    expect(new Set(expressions)).toEqual(
      new Set([
        "github.event.pull_request.number",
        "github.event.workflow_run.head_repository.full_name",
        "github.event.workflow_run.head_branch",
        "github.event.workflow_run.id",
        "github.event.repository.default_branch",
        "github.token",
        "!cancelled()",
        "runner.temp",
        "matrix.environment",
        "secrets.PULUMI_CONFIG_PASSPHRASE",
        "secrets.RABBITMQ_PASSWORD",
        "secrets.KAFKA_PASSWORD",
        "secrets.REDIS_JOBS_PASSWORD",
        "secrets.KUBECONFIG",
      ]),
    );
  });

  test("put nothing that a stranger can choose into a command line", () => {
    for (const { job } of jobs)
      for (const { run = "" } of job.steps)
        expect(run.replaceAll("${{ matrix.environment }}", "dev")).not.toContain("${{");
  });

  test.each(jobs)("$name: has command lines that bash and queueform accept", async ({ job }) => {
    for (const { run = "" } of commandsOf(job)) {
      execFileSync("bash", ["-n", "-c", run]);
      for (const [, name = "", line = ""] of run.matchAll(/\bqueueform ([a-z-]+)((?: [^|>\n&]+)?)/g)) {
        const words = line.replaceAll("${{ matrix.environment }}", "dev").match(/"[^"]*"|\S+/g) ?? [];
        await expect(
          understand(
            name,
            words.map((word) => word.replaceAll('"', "")),
          ),
        ).resolves.toBeDefined();
      }
    }
  });
});

describe("a pull request", () => {
  test("is reviewed without a secret, a broker or a right to write, so that a fork is too", () => {
    expect(workflow("review").on).toBe("pull_request");
    expect(workflow("review").permissions).toEqual({ contents: "read" });
    expect(textOf("review")).not.toMatch(/secrets\.|--live|pull_request_target|github\.token/);
    expect(workflow("review").jobs["review"]?.permissions).toBeUndefined();
  });

  test("writes alerts only where it may", () => {
    const job = workflow("review").jobs["code-scanning"];
    expect(job?.permissions).toEqual({ contents: "read", actions: "read", "security-events": "write" });
    expect(job?.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  test("gets its comment from a job that runs nothing of it", () => {
    const { on, permissions, jobs: own } = workflow("comment");
    expect(on).toEqual({ workflow_run: { workflows: [workflow("review").name], types: ["completed"] } });
    expect(permissions).toEqual({});
    const job = own["comment"]!;
    expect(job.permissions).toEqual({ contents: "read", actions: "read", "pull-requests": "write" });
    const [checkout] = job.steps;
    expect(checkout?.with?.["ref"]).toBe("${{ github.event.repository.default_branch }}");
    const download = job.steps.find(({ uses }) => uses?.startsWith("actions/download-artifact"));
    const upload = workflow("review").jobs["review"]?.steps.find(({ uses }) =>
      uses?.startsWith("actions/upload-artifact"),
    );
    expect(download?.with?.["name"]).toBe(upload?.with?.["name"]);
    expect(download?.with?.["path"]).toMatch(/^\$\{\{ runner\.temp \}\}\//);
    const withToken = job.steps.filter(({ env }) => env?.["GITHUB_TOKEN"]);
    expect(withToken.map(({ run }) => run)).toEqual([
      'npx queueform comment "$RUNNER_TEMP/review/review.json"',
    ]);
  });
});

describe("what was merged", () => {
  const { jobs: own } = workflow("deploy");

  test("goes from environment to environment, one run per stack, each with GitHub's approval", () => {
    expect(Object.entries(own).map(([id, { needs, environment }]) => [id, needs, environment])).toEqual([
      ["dev", undefined, "dev"],
      ["staging", "dev", "staging"],
      ["prod", "staging", "prod"],
    ]);
    for (const [id, { concurrency }] of Object.entries(own))
      expect(concurrency).toEqual({ group: `queueform-${id}`, "cancel-in-progress": false });
  });

  test("is checked before it is rolled out, and looked at after", () => {
    const runs = commandsOf(own["prod"]!).map(({ run }) => run?.split("\n")[0]);
    expect(runs.slice(2)).toEqual([
      "npx queueform target --env prod",
      "npx queueform release --env prod",
      "npx pulumi preview --json -s prod > preview.json",
      "npx queueform gate preview.json --env prod",
      "npx pulumi up --yes --skip-preview -s prod",
      "npx queueform apply --env prod --only redis-content",
      "npx queueform drift --env prod",
    ]);
    expect(textOf("deploy")).not.toMatch(/continue-on-error|\|\| /);
  });
});

describe("every night", () => {
  const { on, permissions, concurrency, jobs: nightly } = workflow("drift");
  const drift = nightly["drift"]!;
  const issue = nightly["issue"]!;

  test("each environment is compared with its brokers, even when another one fails, and drift is red", () => {
    expect(on).toHaveProperty("schedule");
    const strategy = { "fail-fast": false, matrix: { environment: ["dev", "staging", "prod"] } };
    expect([drift.strategy, issue.strategy]).toEqual([strategy, strategy]);
    expect(drift.environment).toBe("${{ matrix.environment }}-drift");
    expect(commandsOf(drift).at(-1)?.run).toBe(
      "npx queueform drift --env ${{ matrix.environment }} --output json > drift.json",
    );
    expect(JSON.stringify(drift)).not.toMatch(/continue-on-error|\|\| /);
  });

  test("issues are written by the job that knows no secret of a broker, and by no other", () => {
    expect(permissions).toEqual({ contents: "read" });
    expect(drift.permissions).toBeUndefined();
    expect(issue.permissions).toEqual({ contents: "read", issues: "write" });
    expect(issue.environment).toBeUndefined();
    expect(JSON.stringify(drift)).not.toContain("github.token");
    expect(JSON.stringify(issue)).not.toContain("secrets.");
    expect(issue.steps.filter(({ env }) => env?.["GITHUB_TOKEN"]).map(({ run }) => run)).toEqual([
      'test ! -s "$RUNNER_TEMP/drift/drift.json" || npx queueform comment --issue "$RUNNER_TEMP/drift/drift.json"',
    ]);
  });

  test("what was found reaches the issue although drift fails, and never from two runs at once", () => {
    const stepOf = ({ steps }: Job, action: string) =>
      steps.find(({ uses }) => uses?.startsWith(`actions/${action}@`));
    expect(issue).toMatchObject({ needs: "drift", if: "${{ !cancelled() }}" });
    const upload = stepOf(drift, "upload-artifact");
    expect(upload?.if).toBe("${{ !cancelled() }}");
    // A job that is run again leaves its file under the same name.
    expect(upload?.with).toMatchObject({
      name: "queueform-drift-${{ matrix.environment }}",
      overwrite: true,
    });
    expect(stepOf(issue, "download-artifact")?.with?.["name"]).toBe(upload?.with?.["name"]);
    expect(concurrency).toEqual({ group: "queueform-drift", "cancel-in-progress": false });
  });
});
