import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Connection, GithubError } from "../../src/github/api.ts";
import { putComment } from "../../src/github/comment.ts";
import { reviewDocument } from "../../src/report/review/document.ts";
import { type Result, queueform } from "../cli/run.ts";
import { hostileReview, visibleText, withoutBlocks } from "../report/hostile.ts";
import { changed, everything, reviewOf } from "../report/reviews.ts";
import { bot, GithubServer, reply } from "./server.ts";

const server = new GithubServer();
let directory: string;
beforeAll(async () => {
  await server.start();
  directory = mkdtempSync(join(tmpdir(), "queueform-comment-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => server.reset());

const marker = "<!-- queueform:prod -->";
const target = { repository: "shop/topology", number: 7, markers: [marker] };
const said: string[] = [];
const connection = (more: Partial<Connection> = {}): Connection => ({
  url: server.url,
  graphqlUrl: `${server.url}/graphql`,
  token: server.token,
  permission: "pull-requests: write",
  say: (sentence) => void said.push(sentence),
  retryDelay: 1,
  ...more,
});

describe("one comment", () => {
  test("is created, updated in place, left alone when it says the same, and removed", async () => {
    expect(await putComment(connection(), target, `${marker}\none`)).toBe("created");
    const id = server.comments[0]?.id;
    expect(await putComment(connection(), target, `${marker}\ntwo`)).toBe("updated");
    expect(server.comments).toEqual([{ id, body: `${marker}\ntwo`, user: { login: bot } }]);
    const before = server.writes.length;
    expect(await putComment(connection(), target, `${marker}\ntwo`)).toBe("unchanged");
    expect(server.writes).toHaveLength(before);
    expect(await putComment(connection(), target, "")).toBe("removed");
    expect(server.comments).toEqual([]);
    expect(await putComment(connection(), target, "")).toBe("absent");
  });

  test("is created again when somebody deleted it, also between the look and the update", async () => {
    await putComment(connection(), target, `${marker}\none`);
    server.comments = [];
    expect(await putComment(connection(), target, `${marker}\ntwo`)).toBe("created");
    server.disturbances.push(
      () => false,
      () => {
        server.comments = [];
        return false;
      },
    );
    expect(await putComment(connection(), target, `${marker}\nthree`)).toBe("created");
    expect(server.comments.map(({ body }) => body)).toEqual([`${marker}\nthree`]);
  });

  test("is found behind hundreds of others", async () => {
    for (let index = 0; index < 250; index++) server.add(`chat ${index}`, "somebody");
    server.add(`${marker}\nold`);
    server.add("the last word", "somebody");
    expect(await putComment(connection(), target, `${marker}\nnew`)).toBe("updated");
    expect(server.comments).toHaveLength(252);
    expect(server.comments[250]?.body).toBe(`${marker}\nnew`);
  });

  test("takes nobody else's, marker or not, and nothing of ours that only quotes one", async () => {
    server.add(`${marker}\na person's copy`, "somebody");
    server.add(`${marker}\nanother bot's`, "dependabot[bot]");
    server.add(`> ${marker}\n> quoted`);
    server.add("<!-- queueform:staging -->\nanother environment's");
    const before = structuredClone(server.comments);
    expect(await putComment(connection(), target, `${marker}\nnew`)).toBe("created");
    expect(server.comments.slice(0, 4)).toEqual(before);
    await putComment(connection(), target, "");
    expect(server.comments).toEqual(before);
  });

  test("becomes one again where there are two", async () => {
    server.add(`${marker}\none`);
    server.add(`<!-- queueform:dev -->${marker}\ntwo`);
    await putComment(connection(), target, `${marker}\nnew`);
    expect(server.comments.map(({ body }) => body)).toEqual([`${marker}\nnew`]);
  });
});

describe("GitHub says no", () => {
  const refused = async (more: Partial<Connection> = {}): Promise<GithubError> => {
    const error: unknown = await putComment(connection(more), target, `${marker}\nx`).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(GithubError);
    expect(String(error)).not.toContain(server.token);
    return error as GithubError;
  };

  test.each([
    [401, "Bad credentials", "GitHub refuses the token"],
    [403, "Resource not accessible by integration", "pull-requests: write"],
    [404, "Not Found", "may not see it"],
    [422, "Validation Failed", "can't work with what it was sent"],
  ])("with %i, which is explained and not tried again", async (status, message, explanation) => {
    server.disturbances.push((_request, response) => (reply(response, status, { message }), true));
    const { message: text } = await refused();
    expect(text).toContain(`with ${status} (${message}). `);
    expect(text).toContain(explanation);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["429 with retry-after", 429, { "retry-after": "1" }, ""],
    ["403 with retry-after", 403, { "retry-after": "1" }, ""],
    ["403 with a reset", 403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, ""],
  ])(
    "for a moment, %s: it is waited for, and what was refused is sent again",
    async (_title, status, headers, message) => {
      said.length = 0;
      const limit = (_request: unknown, response: Parameters<typeof reply>[0]): boolean => (
        reply(response, status, { message }, headers),
        true
      );
      server.disturbances.push(limit, () => false, limit);
      expect(await putComment(connection(), target, `${marker}\nx`)).toBe("created");
      expect(server.comments).toHaveLength(1);
      expect(said).toEqual(Array(2).fill("GitHub limits how often it is asked; waiting 1 seconds.\n"));
    },
  );

  test("for an hour: nobody waits that long", async () => {
    const reset = String(Math.ceil(Date.now() / 1000) + 3600);
    server.disturbances.push(
      (_request, response) => (
        reply(
          response,
          403,
          { message: "API rate limit exceeded" },
          { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
        ),
        true
      ),
    );
    expect((await refused()).message).toMatch(/wants a wait of 6\d minutes; 5 are the most/);
  });

  test("with 502 three times: it is asked again", async () => {
    for (let index = 0; index < 3; index++)
      server.disturbances.push((_request, response) => (reply(response, 502, "<html>"), true));
    expect(await putComment(connection(), target, `${marker}\nx`)).toBe("created");
  });

  test("with 500 for ever: after a few times that is said", async () => {
    for (let index = 0; index < 9; index++)
      server.disturbances.push((_request, response) => (reply(response, 500, {}), true));
    expect((await refused()).message).toContain("with 500. Run the job again later.");
    expect(server.requests).toHaveLength(4);
  });

  test("to a new comment that it made all the same: there is still one", async () => {
    server.disturbances.push(
      () => false,
      (_request, response) => {
        server.add(`${marker}\nx`);
        return (reply(response, 502, {}), true);
      },
    );
    expect(await putComment(connection(), target, `${marker}\nx`)).toBe("unchanged");
    expect(server.comments).toHaveLength(1);
  });

  test("nothing at all: a server that hangs, or isn't there, can't be reached", async () => {
    for (let index = 0; index < 9; index++) server.disturbances.push(() => true);
    expect((await refused({ timeout: 100 })).message).toContain("can't be reached: it doesn't answer");
    expect((await refused({ url: "http://127.0.0.1:1" })).message).toContain(
      "http://127.0.0.1:1 can't be reached: ",
    );
  });

  test("something else than JSON", async () => {
    server.disturbances.push((_request, response) => (response.end("<html>login</html>"), true));
    expect((await refused()).message).toContain("Is it GitHub's API?");
  });
});

describe("queueform comment", () => {
  const event = (value: object): string => {
    const path = join(directory, "event.json");
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  const workflowRun = (more: object = {}): object => ({
    repository: { full_name: "shop/topology" },
    workflow_run: {
      event: "pull_request",
      head_sha: "abc1234def",
      head_branch: "topic/one",
      head_repository: { owner: { login: "fork" } },
      pull_requests: [],
      ...more,
    },
  });
  const comment = (
    artifact: string | object,
    happened = workflowRun(),
    more: NodeJS.ProcessEnv = {},
  ): Promise<Result> => {
    writeFileSync(
      join(directory, "review.json"),
      typeof artifact === "string" ? artifact : JSON.stringify(artifact),
    );
    return queueform(["comment", "review.json"], directory, {
      GITHUB_API_URL: server.url,
      GITHUB_GRAPHQL_URL: "",
      GITHUB_TOKEN: server.token,
      GITHUB_EVENT_PATH: event(happened),
      ...more,
    });
  };
  const document = (...reviews: Parameters<typeof reviewDocument>[1]) =>
    reviewDocument("origin/main", reviews);

  test("writes what the review says on the pull request of a fork, and names the commit", async () => {
    expect(await comment(document(everything))).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "shop/topology#7: The comment was written.\n",
    });
    expect(server.comments[0]?.body).toMatch(
      /^<!-- queueform:prod -->\n### 🔴 Loses messages in prod\n\n.*, at <code>abc1234</,
    );
    expect((await comment(document(reviewOf([])))).stderr).toContain("the comment was removed");
    expect(server.comments).toEqual([]);
  });

  test("works in a pull_request workflow too", async () => {
    const happened = {
      repository: { full_name: "shop/topology" },
      pull_request: { number: 7, head: { sha: "abc1234def" } },
    };
    expect((await comment(document(everything), happened)).code).toBe(0);
    expect(server.comments).toHaveLength(1);
  });

  test("takes the pull request from GitHub, whatever the artifact says", async () => {
    server.pulls.push({
      number: 8,
      state: "open",
      head: { sha: "fff", label: "fork:other" },
      base: { ref: "main" },
    });
    await comment({ ...document(everything), pullRequest: 8, number: 8, head: "fff", commit: "fff" });
    expect(server.writes).toEqual(["POST /repos/shop/topology/issues/7/comments"]);
  });

  test.each([
    ["has newer commits", { head_sha: "0000000" }, "newer commits than 0000000"],
    ["is closed", { head_branch: "gone" }, "no open pull request"],
  ])("posts nothing when the pull request %s", async (_title, more, message) => {
    const { code, stderr } = await comment(document(everything), workflowRun(more));
    expect({ code, writes: server.writes }).toEqual({ code: 0, writes: [] });
    expect(stderr).toContain(message);
  });

  test("tells two pull requests of one commit apart by the branch they go to", async () => {
    server.pulls.push({ ...server.pulls[0]!, number: 9, base: { ref: "release" } });
    await comment(reviewDocument("origin/release", [everything]));
    expect(server.writes).toEqual(["POST /repos/shop/topology/issues/9/comments"]);
  });

  test.each([
    ["no review", "[]"],
    ["no JSON", "# @team\n"],
    ["wrong types", JSON.stringify({ ...document(everything), environments: [{ environment: 1 }] })],
    ["an unknown impact", JSON.stringify(document(everything)).replaceAll('"message-loss"', '"<b>"')],
    [
      "a name of an environment that ends the marker",
      JSON.stringify(document({ ...everything, environment: "x --> @team" })),
    ],
    ["another format", JSON.stringify({ ...document(everything), formatVersion: 2 })],
    ["nested too deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    [
      "deep values",
      JSON.stringify(document(everything)).replace(
        '"quorum"',
        `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
      ),
    ],
    ["33 MB", " ".repeat(33 * 1024 * 1024)],
    [
      "too many environments",
      JSON.stringify({
        ...document(everything),
        environments: Array(101).fill(document(everything).environments[0]),
      }),
    ],
  ])("refuses a hostile artifact: %s", async (_title, artifact) => {
    const { code, stdout, stderr } = await comment(artifact);
    expect({ code, stdout, requests: server.requests }).toEqual({ code: 64, stdout: "", requests: [] });
    expect(stderr).toContain("Nothing was posted.");
    expect(stderr.length).toBeLessThan(600);
    expect(stderr).not.toContain("    at ");
  });

  test("refuses a link, which could lead anywhere", async () => {
    symlinkSync("/etc/hostname", join(directory, "link.json"));
    expect((await queueform(["comment", "link.json"], directory, { GITHUB_TOKEN: "x" })).code).toBe(64);
  });

  test("calls nobody, links nothing, and is found again by its own marker only, whatever a name says", async () => {
    await comment(document(hostileReview()));
    await comment(document({ ...hostileReview(), changes: [changed("<!-- queueform:dev -->", "outage")] }));
    expect(server.comments).toHaveLength(1);
    const { body = "" } = server.comments[0] ?? {};
    expect(visibleText(body)).not.toMatch(/@\w|#\d|GH-\d/);
    expect(withoutBlocks(body)).not.toMatch(/<script|<img|\]\(|https:/);
    expect(withoutBlocks(body).match(/<!--/g)).toHaveLength(1);
  });

  test("fits the largest review that it accepts into a comment", async () => {
    const long = "&@".repeat(2000);
    const changes = Array.from({ length: 1500 }, (_, index) =>
      changed(`${index}${long}`.slice(0, 3000), "outage", { sentence: long }),
    );
    expect(await comment(document(reviewOf(changes, { notes: [long] })))).toMatchObject({ code: 0 });
    expect(server.comments[0]!.body.length).toBeLessThan(65_536);
  });

  test.each([
    ["no token", { GITHUB_TOKEN: "" }, 64, "GITHUB_TOKEN is not set"],
    ["no event", { GITHUB_EVENT_PATH: "" }, 64, "GITHUB_EVENT_PATH is not set"],
    ["an API that is no URL", { GITHUB_API_URL: "ftp://x" }, 64, "GITHUB_API_URL"],
    ["a wrong token", { GITHUB_TOKEN: "ghs_other" }, 3, "GitHub refuses the token"],
  ])("says what is missing: %s", async (_title, environment, code, message) => {
    const result = await comment(document(everything), workflowRun(), environment);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
    expect(result.stdout + result.stderr).not.toMatch(/ghs_/);
  });

  test("runs for pull requests only", async () => {
    for (const happened of [workflowRun({ event: "push" }), { repository: { full_name: "../x" } }, {}])
      expect((await comment(document(everything), happened)).code).toBe(64);
    expect(server.requests).toEqual([]);
  });
});
