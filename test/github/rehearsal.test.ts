import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queueform } from "../cli/run.ts";
import { type Ran, Runner } from "./runner.ts";
import { GithubServer } from "./server.ts";
import { commandsOf, readWorkflow, type Workflow } from "./workflow-file.ts";

const server = new GithubServer();
let directory: string;
let runner: Runner;
const at = (...path: string[]): string => join(directory, ...path);
const git = (folder: string, ...args: string[]): string =>
  execFileSync("git", args, { cwd: at(folder), stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" }).trim();
const workflow = (name: string): Workflow =>
  readWorkflow(readFileSync(at("main", ".github/workflows", `queueform-${name}.yaml`), "utf8"));

/** A repository as init makes it, a clone of its default branch and one of the branch that somebody works on. */
beforeAll(async () => {
  await server.start();
  directory = mkdtempSync(join(tmpdir(), "queueform-rehearsal-"));
  runner = new Runner(directory);
  expect((await queueform(["init", "main"], directory)).code).toBe(0);
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "init"],
  ])
    git("main", ...args);
  git(".", "clone", "-q", "main", "work");
  git("work", "config", "user.name", "t");
  git("work", "config", "user.email", "t@example.com");
  git("work", "checkout", "-q", "-b", "topic/one");
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A push: the review job runs up to the step that fails, then the comment job runs whatever came of it. */
async function push(edit: (topology: string) => string): Promise<Ran[]> {
  const file = at("work", "topology/orders.yaml");
  writeFileSync(file, edit(readFileSync(file, "utf8")));
  git("work", "commit", "-qam", "change");
  const commit = git("work", "rev-parse", "HEAD");
  server.pulls = [
    { number: 7, state: "open", head: { sha: commit, label: "fork:topic/one" }, base: { ref: "main" } },
  ];
  for (const name of ["review.json", "temp"])
    rmSync(at(name === "temp" ? name : `work/${name}`), { recursive: true, force: true });
  const ran: Ran[] = [];
  for (const { run, uses } of workflow("review").jobs["review"]!.steps) {
    if (uses?.startsWith("actions/upload-artifact")) {
      mkdirSync(at("temp/review"), { recursive: true });
      copyFileSync(at("work/review.json"), at("temp/review/review.json"));
    }
    if (run === undefined || run.startsWith("npm ci")) continue;
    ran.push(
      await runner.step(run, "work", { GITHUB_BASE_REF: "main", GITHUB_STEP_SUMMARY: at("summary.md") }),
    );
    if (ran.at(-1)?.code !== 0) break;
  }
  writeFileSync(
    at("event.json"),
    JSON.stringify({
      repository: { full_name: "shop/topology" },
      workflow_run: {
        event: "pull_request",
        head_sha: commit,
        head_branch: "topic/one",
        head_repository: { owner: { login: "fork" } },
        pull_requests: [],
      },
    }),
  );
  if (!existsSync(at("temp/review/review.json"))) return ran;
  for (const { run = "" } of commandsOf(workflow("comment").jobs["comment"]!)) {
    const environment = {
      GITHUB_TOKEN: server.token,
      GITHUB_API_URL: server.url,
      GITHUB_EVENT_PATH: at("event.json"),
      RUNNER_TEMP: at("temp"),
    };
    ran.push(await runner.step(run, "main", environment));
  }
  return ran;
}

test("a pull request is reviewed, commented on, pushed to again, and taken back", async () => {
  const lossy = await push((text) => text.replace("orders.work:", "orders.jobs:"));
  expect(lossy.map(({ code }) => code)).toEqual([0, 0, 1, 0]);
  expect(lossy[2]?.output).toMatch(
    /^::error file=topology\/orders\.yaml,line=\d+,col=\d+,title=Loses messages in /,
  );
  expect(readFileSync(at("summary.md"), "utf8")).toContain("### 🔴 Loses messages");
  expect(statSync(at("work/review.json")).size).toBeGreaterThan(100);
  const [first] = server.comments;
  const { id, body } = first!;
  expect(server.comments).toHaveLength(1);
  expect(body).toContain("rabbitmq/main/orders/queue/orders.work");
  expect(body).toContain("```mermaid\nflowchart");

  const worse = await push((text) => text.replace("partitions: 6", "partitions: 3"));
  expect(worse.at(-1)?.output).toBe("shop/topology#7: The comment was updated.\n");
  expect(server.comments.map((comment) => comment.id)).toEqual([id]);
  expect(server.comments[0]?.body).toContain("kafka/main/topic/orders.events");

  server.comments = [];
  const again = await push((text) => text.replace("partitions: 3", "partitions: 12"));
  expect(again.at(-1)?.output).toBe("shop/topology#7: The comment was written.\n");

  const broken = await push((text) => `${text}nonsense: 1\n`);
  expect(broken.map(({ code }) => code)).toEqual([1]);
  expect(broken[0]?.output).toContain("nonsense");
  expect(server.comments).toHaveLength(1);

  const back = await push(() => git("work", "show", "origin/main:topology/orders.yaml").concat("\n"));
  expect(back.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(back.at(-1)?.output).toContain("the comment was removed");
  expect(server.comments).toEqual([]);
});
