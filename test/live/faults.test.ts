import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../../src/environment/environment.ts";
import { withoutIgnored } from "../../src/live/ignore.ts";
import { inspect } from "../../src/live/inspect.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { driftDocument, type DriftDocument } from "../../src/report/drift/document.ts";
import { renderMarkdown } from "../../src/report/drift/markdown.ts";
import { renderDrift, summarizeDrift } from "../../src/report/drift/pretty.ts";
import { couldNotCheck, foundIn } from "../../src/report/drift/verdict.ts";
import { plain } from "../../src/report/style.ts";
import { type AppsStage, appsStage } from "../behaviour/apps-stage.ts";
import { type Fault, relayFaulty } from "../brokers/faults.ts";
import { environmentOf } from "../brokers/project.ts";
import { freePort, serve } from "../brokers/relays.ts";
import { kafkaClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { makeAuthority, relayTls } from "../brokers/tls.ts";
import { redisEnvironment, Stage as JobStage } from "../kinds/job-queues/stage.ts";

let stage: AppsStage;
let plan: Plan;
let topics: Plan;
const access = (): { access: "managed"; principal: string } => ({
  access: "managed",
  principal: `{app}-${stage.name}`,
});
const onRabbitmq = (changes: object): Environment =>
  environmentOf({ rabbitmq: { ...sharedRabbitmq(), ...access(), ...changes } });

beforeAll(async () => {
  stage = appsStage();
  const broker = (text: string): Plan => stage.plan(text);
  plan = broker(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  queues: { q: { type: classic, consumers: { app: worker } }, r: { type: classic } }
  apps: { worker: { password: "\${secret:WORKER}" } }
`);
  topics = broker(`
kafka:
  topics: { ${stage.name}.t: { partitions: 1, replication: 1 }, ${stage.name}.u: { partitions: 1, replication: 1 } }
`);
  await stage.apply(plan);
  await stage.apply(topics);
});
afterAll(() => stage.clear());

/** What the command would print, in any form, never holds a secret. */
async function look(what: Plan, environment: Environment): Promise<DriftDocument> {
  const { targets, drift, ailments } = await inspect(what, environment, stage.secret);
  const rest = withoutIgnored(drift, [], environment.name);
  const document = driftDocument({ environment, targets, rest, ailments, folder: "", isEverything: true });
  const printed = [
    JSON.stringify(document),
    renderDrift(document, plain),
    renderMarkdown(document),
    summarizeDrift(document),
  ].join("\n");
  for (const secret of [sharedRabbitmq().password, stage.secret("WORKER"), "mistyped"])
    expect(printed).not.toContain(secret);
  return document;
}

/** Why the command exits with 3. Then nothing is called missing or changed. */
async function reasons(what: Plan, environment: Environment): Promise<string> {
  const document = await look(what, environment);
  expect(foundIn({ ...document, unmanaged: [] })).toEqual([]);
  return couldNotCheck(document).join("\n");
}

const html = "<html><title>Sign in</title></html>";
const refused = JSON.stringify({ error: "not_authorised", reason: "User not authorised to access object" });
const definitions = "/api/definitions/";
const anyApi = "/api/";

type Case = readonly [what: string, path: string, fault: Fault, reason: RegExp];
const cases: readonly Case[] = [
  ["everything says 401", anyApi, { status: 401, body: refused }, /doesn't allow|refuses the login/],
  ["the users say 401", "/api/users", { status: 401, body: refused }, /doesn't allow|refuses the login/],
  ["the users say 403", "/api/users", { status: 403, body: refused }, /doesn't allow user.*\(403/],
  ["the definitions say 403", definitions, { status: 403, body: refused }, /doesn't allow user.*\(403/],
  ["the permissions say 500", "/api/permissions", { status: 500, body: "{}" }, /failed to answer \(500/],
  ["the definitions say 500", definitions, { status: 500, body: "" }, /failed to answer \(500/],
  ["a proxy says 503", definitions, { status: 503, body: html, type: "text/html" }, /failed to answer \(503/],
  [
    "a sign-in page",
    definitions,
    { status: 200, body: html, type: "text/html" },
    /a web page instead of JSON/,
  ],
  ["a sign-in page behind a redirect", definitions, { status: 302, body: "" }, /failed to answer \(302/],
  ["an empty answer", definitions, { status: 200, body: "" }, /cut off or is not JSON/],
  ["JSON of something else", definitions, { status: 200, body: "{}" }, /something that RabbitMQ never says/],
  ["null", definitions, { status: 200, body: "null" }, /something that RabbitMQ never says/],
  ["users that are no list", "/api/users", { status: 200, body: "{}" }, /something that RabbitMQ never says/],
  ["an answer that is cut off", definitions, { shortenedTo: 300 }, /cut off or is not JSON/],
  ["a connection that is cut in the middle of an answer", definitions, { cutAfter: 300 }, /RabbitMQ|127/],
  ["a connection that is cut before the answer", "/api/users", { cutAfter: 0 }, /closed the connection/],
  ["users that never come", "/api/users", "hangs", /did not answer within 10 seconds/],
  ["users that drip", "/api/users", "drips", /did not answer within 10 seconds/],
];

describe("RabbitMQ", () => {
  test("without a fault everything is compared", async () => {
    const relay = await relayFaulty(sharedRabbitmq().endpoint, () => undefined);
    const document = await look(plan, onRabbitmq({ endpoint: relay.endpoint }));
    await relay.close();
    expect(couldNotCheck(document)).toEqual([]);
    expect(document.clusters).toMatchObject([{ state: "read", coverage: 100 }]);
  });

  test.concurrent.each(cases)("%s", async (_what, path, fault, reason) => {
    const relay = await relayFaulty(sharedRabbitmq().endpoint, (asked) =>
      asked.startsWith(path) ? fault : undefined,
    );
    const found = await reasons(plan, onRabbitmq({ endpoint: relay.endpoint }));
    await relay.close();
    expect(found).toMatch(reason);
  });

  test("stops in the middle of the read", async () => {
    let stopped: Promise<void> | undefined;
    const relay = await relayFaulty(sharedRabbitmq().endpoint, (asked) => {
      if (asked.startsWith("/api/users")) stopped ??= relay.close();
      return asked.startsWith("/api/users") ? "hangs" : undefined;
    });
    expect(await reasons(plan, onRabbitmq({ endpoint: relay.endpoint }))).toMatch(
      /closed the connection|refused/,
    );
    await stopped;
  });

  test("TLS of an authority that nobody knows", async () => {
    const directory = mkdtempSync(join(tmpdir(), "queueform-faults-"));
    const relay = await relayTls(new URL(sharedRabbitmq().endpoint).host, makeAuthority(directory));
    const found = await reasons(plan, onRabbitmq({ endpoint: `https://${relay.address}` }));
    await relay.close();
    rmSync(directory, { recursive: true });
    expect(found).toMatch(/certificate.*not trusted/);
  });

  test("another broker behind the address", async () => {
    expect(await reasons(plan, onRabbitmq({ identity: "somebody-elses" }))).toMatch(
      /expects "somebody-elses"/,
    );
  });

  test("a wrong password", async () => {
    expect(await reasons(plan, onRabbitmq({ password: "mistyped" }))).toMatch(/refuses the login/);
  });

  test("a vhost that isn't there is missing with all that belongs in it", async () => {
    const other = stage.plan(`
rabbitmq: { vhost: ${stage.name}-other, vhosts: { ${stage.name}-other: {} }, queues: { q: {} } }
`);
    const document = await look(other, onRabbitmq({}));
    expect(couldNotCheck(document)).toEqual([]);
    expect(document.missing).toHaveLength(2);
    expect(document.warnings).toMatchObject([{ check: "nothing-there", cluster: "main" }]);
  });
});

/** A TCP relay that breaks connections after so many requests. */
async function cutAfter(target: string, requests: number, then: (client: Socket) => void) {
  const [host = "", port] = target.split(":");
  return serve((client) => {
    const broker = connect(Number(port), host);
    let seen = 0;
    client.on("data", (chunk: Buffer) => {
      if (++seen > requests) then(client);
      else broker.write(chunk);
    });
    broker.pipe(client);
    for (const socket of [client, broker]) socket.on("error", () => socket.destroy());
    client.on("close", () => broker.destroy());
  });
}

describe("Kafka", () => {
  const onKafka = (changes: object): Environment =>
    environmentOf({ kafka: { ...sharedKafka(), ...changes } });
  const login = (app: string, password = app): object => ({
    bootstrap: sharedKafka().loginBootstrap,
    sasl: { mechanism: "scram-sha-512", username: app, password },
  });

  test("nothing listens", async () => {
    const bootstrap = [`127.0.0.1:${await freePort()}`];
    expect(await reasons(topics, onKafka({ bootstrap }))).toMatch(/connection was refused/);
  });

  test.concurrent.each([
    ["closes the connection", (client: Socket) => client.destroy(), /closed the connection/],
    ["falls silent", () => undefined, /did not answer/],
  ] as const)("%s in the middle of the read", async (_what, then, reason) => {
    const relay = await cutAfter(sharedKafka().bootstrap[0]!, 3, then);
    const found = await reasons(topics, onKafka({ bootstrap: [relay.address] }));
    await relay.close();
    expect(found).toMatch(reason);
  });

  test("another cluster behind the address", async () => {
    expect(await reasons(topics, onKafka({ identity: "other" }))).toMatch(/expects "other"/);
  });

  test("a login that may not see some topics: those are not missing", async () => {
    const user = `reader-${stage.name}`;
    const admin = await kafkaClient();
    const about = { principal: `User:${user}`, host: "*", permission: "Allow", patternType: "Literal" };
    const topic = (operation: string) => ({
      ...about,
      operation,
      resourceType: "Topic",
      resourceName: `${stage.name}.t`,
    });
    await admin.access.putScramUsers([{ name: user, password: "reader's own" }]);
    // As soon as anybody has a right to a topic, nobody else has.
    const others = { ...topic("Read"), principal: "User:somebody", resourceName: `${stage.name}.u` };
    await admin.access.createAcls([topic("Describe"), topic("DescribeConfigs"), others]);
    try {
      await expect
        .poll(async () => (await look(topics, onKafka(login(user, "reader's own")))).clusters, {
          timeout: 30_000,
        })
        .toMatchObject([{ state: "read", compared: 1, coverage: 50 }]);
      const found = await reasons(topics, onKafka(login(user, "reader's own")));
      expect(found).toMatch(/topic\/.*\.u: Kafka does not let this login see the topic/);
      expect(await reasons(topics, onKafka(login(user, "mistyped")))).toMatch(/refuses the login/);
    } finally {
      await admin.access.deleteScramUsers([user]);
      await admin.close();
    }
  });
});

describe("Redis", () => {
  const jobs = new JobStage("bullmq", "faults");
  const at = (address: string): Environment => {
    const [host = "", port] = address.split(":");
    return redisEnvironment({ host, port: Number(port) });
  };

  test.each<[string, (socket: Socket) => void, RegExp]>([
    ["closes the connection", (socket) => socket.destroy(), /Redis|127/],
    [
      "asks for a password",
      (socket) => socket.on("data", () => socket.write("-NOAUTH Authentication required.\r\n")),
      /asks for a password/,
    ],
    [
      "speaks HTTP",
      (socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      /Redis|127/,
    ],
    ["hangs", () => undefined, /did not answer within/],
  ])("%s", async (_what, answer, reason) => {
    const server = await serve(answer);
    const found = await reasons(jobs.plan(), at(server.address));
    await server.close();
    expect(found).toMatch(reason);
  });
});
