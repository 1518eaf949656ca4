import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { queueform } from "../cli/run.ts";
import { managementOf } from "../live/tampering/by-hand.ts";
import { type Ran, Runner } from "./runner.ts";
import { GithubServer } from "./server.ts";
import { commandsOf, type Job, readWorkflow } from "./workflow-file.ts";

const server = new GithubServer();
const domain = ownName("nightly");
let directory: string;
let runner: Runner;
const at = (...path: string[]): string => join(directory, ...path);

/** The environment prod is a real broker's, as `endpoint` says. */
function writeStack(endpoint: string): void {
  const { username, identity } = sharedRabbitmq();
  writeFileSync(
    at("main/stacks/Pulumi.prod.yaml"),
    `config:
  queueform:environment:
    engine: direct
    clusters:
      rabbitmq: { main: { endpoint: "${endpoint}", username: ${username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${identity} } }
`,
  );
}

beforeAll(async () => {
  await server.start();
  directory = mkdtempSync(join(tmpdir(), "queueform-nightly-"));
  runner = new Runner(directory);
  const args = ["init", "main", "--domain", domain, "--brokers", "rabbitmq", "--environments", "prod"];
  expect((await queueform(args, directory)).code).toBe(0);
  writeStack(sharedRabbitmq().endpoint);
});
afterAll(async () => {
  const client = rabbitmqClient();
  await client.deleteVhost(domain);
  client.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => server.reset());

const apply = (): ReturnType<typeof queueform> =>
  queueform(["apply", "--env", "prod"], at("main"), { RABBITMQ_PASSWORD: sharedRabbitmq().password });

/** Both jobs of a night; GitHub gives secrets to the steps that name them. What they exit with, and what the last one says. */
async function night(): Promise<{ codes: number[]; said: string }> {
  const { jobs } = readWorkflow(readFileSync(at("main/.github/workflows/queueform-drift.yaml"), "utf8"));
  const values: Readonly<Record<string, string>> = {
    "${{ secrets.RABBITMQ_PASSWORD }}": sharedRabbitmq().password,
    "${{ github.token }}": server.token,
  };
  const run = async (job: Job): Promise<Ran[]> => {
    const ran: Ran[] = [];
    for (const { run: line = "", env = {} } of commandsOf(job)) {
      const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, values[value]]));
      const github = {
        RUNNER_TEMP: at("temp"),
        GITHUB_API_URL: server.url,
        GITHUB_REPOSITORY: "shop/topology",
      };
      const command = line.replaceAll("${{ matrix.environment }}", "prod");
      ran.push(await runner.step(command, "main", { ...github, ...given }));
    }
    return ran;
  };
  rmSync(at("temp"), { recursive: true, force: true });
  const drift = await run(jobs["drift"]!);
  cpSync(at("main/drift.json"), at("temp/drift/drift.json"));
  const issue = await run(jobs["issue"]!);
  const all = [...drift, ...issue];
  for (const { output } of all) expect(output).not.toContain(sharedRabbitmq().password);
  return { codes: all.map(({ code }) => code), said: issue.at(-1)?.output ?? "" };
}

test("an issue follows the brokers night after night, and the job is red as long as they differ", async () => {
  expect((await apply()).code).toBe(0);
  expect(await night()).toEqual({
    codes: [0, 0],
    said: "shop/topology: There is no open issue, and no drift that needs one.\n",
  });

  const byHand = managementOf(sharedRabbitmq(), domain);
  await byHand("DELETE", `queues/%/${domain}.work`);
  expect(await night()).toEqual({ codes: [2, 0], said: "shop/topology#101: The issue was opened.\n" });
  expect(server.issues[0]?.body).toContain(`<code>rabbitmq/main/${domain}/queue/${domain}.work</code>`);
  expect(server.issues[0]?.body).toContain("queueform apply --env prod");

  await byHand("PUT", "queues/%/stranger", { durable: true });
  expect(await night()).toEqual({ codes: [2, 0], said: "shop/topology#101: The issue was updated.\n" });
  expect(server.issues[0]?.body).toContain(`<code>rabbitmq/main/${domain}/queue/stranger</code>`);

  // Nobody listens there: what differed may still differ.
  writeStack("http://127.0.0.1:1");
  expect(await night()).toEqual({ codes: [3, 0], said: "shop/topology#101: The issue was updated.\n" });
  expect(server.issues).toMatchObject([{ state: "open", comments: [] }]);
  writeStack(sharedRabbitmq().endpoint);

  await byHand("DELETE", "queues/%/stranger");
  expect((await apply()).code).toBe(0);
  expect((await night()).codes).toEqual([0, 0]);
  expect(server.issues).toMatchObject([
    { state: "closed", comments: [expect.stringContaining("No drift in prod")] },
  ]);

  await byHand("PUT", "queues/%/stranger", { durable: true });
  expect(await night()).toEqual({ codes: [2, 0], said: "shop/topology#101: The issue was reopened.\n" });
  expect(server.issues).toHaveLength(1);
});

test("a topology that can't be read makes the night red and leaves the issue as it is", async () => {
  const file = at("main/topology", `${domain}.yaml`);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, `${text}nonsense: 1\n`);
  const { codes } = await night();
  writeFileSync(file, text);
  expect(codes).toEqual([1, 0]);
  expect(server.requests).toEqual([]);
});
