import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Connection, GithubError } from "../../src/github/api.ts";
import { putIssue, type WantedIssue } from "../../src/github/issue.ts";
import type { DriftDocument } from "../../src/report/drift/document.ts";
import { type Result, queueform } from "../cli/run.ts";
import { changedQueue, driftOf, everyDrift, failedCluster } from "../report/drifts.ts";
import { GithubServer, reply } from "./server.ts";

const server = new GithubServer();
let directory: string;
beforeAll(async () => {
  await server.start();
  directory = mkdtempSync(join(tmpdir(), "queueform-issue-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => server.reset());

const marker = "<!-- queueform drift prod -->";
const target = { repository: "shop/topology", marker };
const said: string[] = [];
const connection: Connection = {
  get url() {
    return server.url;
  },
  get graphqlUrl() {
    return `${server.url}/graphql`;
  },
  token: server.token,
  permission: "issues: write",
  say: (sentence) => void said.push(sentence),
  retryDelay: 1,
};
const open = (text: string): WantedIssue => ({
  state: "open",
  title: "Messaging drift in prod",
  labels: ["drift"],
  body: `${marker}\n${text}`,
});
const closed: WantedIssue = { state: "closed", comment: "No drift any more." };
const put = (wanted: WantedIssue) => putIssue(connection, target, wanted);

describe("one issue", () => {
  test("is opened, rewritten every night, closed with a comment, left alone, and reopened", async () => {
    expect(await put(closed)).toEqual({ outcome: "absent" });
    expect(await put(open("one"))).toEqual({ outcome: "opened", number: 101 });
    expect(server.issues).toMatchObject([
      { title: "Messaging drift in prod", labels: ["drift"], body: `${marker}\none`, state: "open" },
    ]);
    expect(await put(open("two"))).toEqual({ outcome: "updated", number: 101 });
    expect(server.issues).toMatchObject([{ body: `${marker}\ntwo`, comments: [] }]);
    expect(await put(closed)).toEqual({ outcome: "closed", number: 101 });
    expect(server.issues).toMatchObject([
      {
        state: "closed",
        state_reason: "completed",
        body: `${marker}\ntwo`,
        comments: ["No drift any more."],
      },
    ]);
    const before = server.writes.length;
    expect(await put(closed)).toEqual({ outcome: "absent" });
    expect(server.writes).toHaveLength(before);
    expect(await put(open("three"))).toEqual({ outcome: "reopened", number: 101 });
    expect(server.issues).toMatchObject([{ state: "open", body: `${marker}\nthree` }]);
  });

  test("keeps the title and the labels that people gave it", async () => {
    const issue = server.addIssue(`${marker}\nold`, { title: "Broker upgrade", labels: ["ops"] });
    await put(open("new"));
    expect(issue).toMatchObject({ title: "Broker upgrade", labels: ["ops"], body: `${marker}\nnew` });
  });

  test("is found behind hundreds of others, open or closed, though GitHub counts no pages", async () => {
    server.addIssue(`${marker}\nold`, { state: "closed" });
    for (let index = 0; index < 250; index++) server.addIssue(`issue ${index}`);
    expect(await put(open("new"))).toEqual({ outcome: "reopened", number: 101 });
    expect(server.requests.filter((line) => line === "GET /repos/shop/topology/issues")).toHaveLength(3);
  });

  test("is no one else's, marker or not, no pull request, and no issue that only quotes the marker", async () => {
    server.addIssue(`${marker}\na person's copy`, { user: { login: "somebody" } });
    server.addIssue(`> ${marker}\nquoted`);
    server.addIssue("<!-- queueform drift staging -->\nanother environment's");
    server.addIssue(`${marker} and more`);
    server.addIssue(`${marker}\na pull request`, { pull_request: {} });
    const before = structuredClone(server.issues);
    expect(await put(closed)).toEqual({ outcome: "absent" });
    server.heedsCreator = false;
    expect(await put(closed)).toEqual({ outcome: "absent" });
    expect(await put(open("new"))).toEqual({ outcome: "opened", number: 106 });
    expect(server.issues.slice(0, 5)).toEqual(before);
  });

  test("of two is the open one, and of two open ones the older; the other is closed with a word", async () => {
    server.addIssue(`${marker}\nlong ago`, { state: "closed" });
    server.addIssue(`${marker}\none`);
    server.addIssue(`${marker}\ntwo`);
    expect(await put(open("new"))).toEqual({ outcome: "updated", number: 102 });
    expect(server.issues).toMatchObject([
      { state: "closed", comments: [] },
      { state: "open", body: `${marker}\nnew` },
      { state: "closed", state_reason: "not_planned", comments: ["#102 says this too."] },
    ]);
  });

  test("is opened again when somebody deleted it between the look and the update", async () => {
    server.addIssue(`${marker}\nold`);
    const remove = (): boolean => ((server.issues = []), false);
    server.disturbances.push(
      () => false,
      () => false,
      remove,
    );
    expect(await put(open("new"))).toMatchObject({ outcome: "opened" });
    expect(server.issues).toHaveLength(1);
  });

  test("is one although GitHub made it and failed to say so", async () => {
    server.disturbances.push(
      () => false,
      () => false,
      (_request, response) => {
        server.addIssue(`${marker}\nx`);
        return (reply(response, 502, {}), true);
      },
    );
    expect(await put(open("x"))).toMatchObject({ outcome: "updated", number: 101 });
    expect(server.issues).toHaveLength(1);
  });
});

describe("GitHub says no", () => {
  test.each([
    [401, "Bad credentials", "GitHub refuses the token"],
    [403, "Resource not accessible by integration", "`permissions: issues: write`"],
    [404, "Not Found", "may not see it"],
    [410, "Issues are disabled for this repo", "switch them on"],
    [422, "Validation Failed", "can't work with what it was sent"],
  ])("with %i, which is explained and not tried again", async (status, message, explanation) => {
    const refuse = (_request: unknown, response: Parameters<typeof reply>[0]): boolean => (
      reply(response, status, { message }),
      true
    );
    server.disturbances.push(
      () => false,
      () => false,
      refuse,
    );
    const error: unknown = await put(open("x")).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(GithubError);
    expect(String(error)).toContain(
      `answered POST /repos/shop/topology/issues with ${status} (${message}). `,
    );
    expect(String(error)).toContain(explanation);
    expect(String(error)).not.toContain(server.token);
    expect(server.requests).toHaveLength(3);
  });

  test("for a moment: it is waited for", async () => {
    said.length = 0;
    const limit = (_request: unknown, response: Parameters<typeof reply>[0]): boolean => (
      reply(response, 429, {}, { "retry-after": "1" }),
      true
    );
    server.disturbances.push(
      () => false,
      limit,
      () => false,
      limit,
    );
    expect(await put(open("x"))).toMatchObject({ outcome: "opened" });
    expect(said).toEqual(Array(2).fill("GitHub limits how often it is asked; waiting 1 seconds.\n"));
    expect(server.issues).toHaveLength(1);
  });
});

describe("queueform comment --issue", () => {
  const comment = (
    artifact: string | DriftDocument,
    more: NodeJS.ProcessEnv = {},
    ...args: string[]
  ): Promise<Result> => {
    const text = typeof artifact === "string" ? artifact : JSON.stringify(artifact);
    writeFileSync(join(directory, "drift.json"), text);
    return queueform(["comment", "--issue", "drift.json", ...args], directory, {
      GITHUB_API_URL: server.url,
      GITHUB_GRAPHQL_URL: "",
      GITHUB_TOKEN: server.token,
      GITHUB_REPOSITORY: "shop/topology",
      ...more,
    });
  };

  test("opens an issue for each environment, and closes only that in which nothing differs", async () => {
    expect(await comment(everyDrift, {}, "--label", "drift")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "shop/topology#101: The issue was opened.\n",
    });
    expect(server.issues).toMatchObject([{ title: "Messaging drift in prod", labels: ["drift"] }]);
    expect(server.issues[0]?.body).toMatch(
      /^<!-- queueform drift prod -->\n## Drift in prod: .*\n\nAs of \d{4}-\d\d-\d\d \d\d:\d\d UTC\./,
    );
    await comment({ ...everyDrift, environment: "dev" });
    expect((await comment(driftOf())).stderr).toBe(
      "shop/topology#101: Nothing differs any more; the issue was closed.\n",
    );
    expect(server.issues.map(({ state }) => state)).toEqual(["closed", "open"]);
    expect(server.issues[0]?.comments[0]).toMatch(/^No drift in prod any more, as of \d{4}-.* UTC\.$/);
  });

  test("neither opens nor closes anything for what could not be checked, and says it in an open issue", async () => {
    const unsure = driftOf({ clusters: [...driftOf().clusters, failedCluster] });
    const nothing = driftOf({ clusters: [{ ...failedCluster, state: "skipped" }] });
    for (const document of [unsure, nothing]) expect((await comment(document)).code).toBe(0);
    expect(server.issues).toEqual([]);
    await comment(everyDrift);
    for (const document of [unsure, nothing]) {
      expect((await comment(document)).stderr).toBe("shop/topology#101: The issue was updated.\n");
      expect(server.issues).toMatchObject([{ state: "open", comments: [] }]);
      expect(server.issues[0]?.body).toContain("prod could not be checked");
      expect(server.issues[0]?.body).toContain("Kafka does not answer.");
    }
  });

  test("doesn't open one for a warning alone", async () => {
    await comment(driftOf({ warnings: everyDrift.warnings }));
    expect(server.writes).toEqual([]);
  });

  test.each([
    ["no drift", "[]"],
    ["no JSON", "# @team\n"],
    ["an empty file", ""],
    [
      "a name of an environment that ends the marker",
      JSON.stringify(driftOf({ environment: "x --> @team" })),
    ],
    ["another format", JSON.stringify({ ...driftOf(), formatVersion: 2 })],
    ["nested too deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["33 MB", " ".repeat(33 * 1024 * 1024)],
  ])("refuses a hostile artifact: %s", async (_title, artifact) => {
    const { code, stdout, stderr } = await comment(artifact);
    expect({ code, stdout, requests: server.requests }).toEqual({ code: 64, stdout: "", requests: [] });
    expect(stderr).toContain("Nothing was posted.");
    expect(stderr).not.toContain("    at ");
  });

  test("fits the largest drift that it accepts into an issue", async () => {
    const long = "&@".repeat(2000);
    const changed = Array.from({ length: 1000 }, (_, index) =>
      changedQueue(`${index}${long}`.slice(0, 3000), "outage", { sentence: long }),
    );
    const clusters = Array.from({ length: 100 }, () => ({ ...failedCluster, cluster: long, reason: long }));
    expect(await comment(driftOf({ changed, clusters }))).toMatchObject({ code: 0 });
    expect(server.issues[0]!.body.length).toBeLessThan(65_536);
  });

  test.each([
    ["no token", { GITHUB_TOKEN: "" }, 64, "GITHUB_TOKEN is not set"],
    ["no repository", { GITHUB_REPOSITORY: "topology" }, 64, "GITHUB_REPOSITORY is not set"],
    ["a wrong token", { GITHUB_TOKEN: "ghs_other" }, 3, "GitHub refuses the token"],
  ])("says what is missing: %s", async (_title, environment, code, message) => {
    const result = await comment(everyDrift, environment);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
    expect(result.stdout + result.stderr).not.toMatch(/ghs_/);
  });

  test("takes labels for issues only", async () => {
    expect((await queueform(["comment", "drift.json", "--label", "x"], directory)).code).toBe(64);
  });
});
