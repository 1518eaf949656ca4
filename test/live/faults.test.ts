import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Environment, withTimeout } from "../../src/environment/environment.ts";
import { withoutIgnored } from "../../src/live/ignore.ts";
import { inspect } from "../../src/live/inspect.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { driftDocument, type DriftDocument } from "../../src/report/drift/document.ts";
import { annotationsOf, sarifOf } from "../../src/report/drift/findings.ts";
import { renderMarkdown } from "../../src/report/drift/markdown.ts";
import { renderDrift, summarizeDrift } from "../../src/report/drift/pretty.ts";
import { driftSchema } from "../../src/report/drift/schema.ts";
import { couldNotCheck, foundIn } from "../../src/report/drift/verdict.ts";
import { plain } from "../../src/report/style.ts";
import { type AppsStage, appsStage } from "../behaviour/apps-stage.ts";
import { type Fault, relayFaulty } from "../brokers/faults.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";
import { freePort, serve } from "../brokers/relays.ts";
import { kafkaClient, rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { makeAuthority, relayTls } from "../brokers/tls.ts";
import { redisEnvironment, sharedRedis, Stage as JobStage } from "../kinds/job-queues/stage.ts";

/** What a kubeconfig logs in with. */
const token = "a token/that nobody+may see";
let stage: AppsStage;
let plan: Plan;
let topics: Plan;
const access = (): { access: "managed"; principal: string } => ({
  access: "managed",
  principal: `{app}-${stage.name}`,
});
/** A real broker may be busy: only where it is to be silent is nobody patient. */
const onRabbitmq = (changes: object, timeout = 20_000): Environment =>
  withTimeout(environmentOf({ rabbitmq: { ...sharedRabbitmq(), ...access(), ...changes } }), timeout);

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

const isPublished = new Ajv({ allErrors: true }).compile(driftSchema());

/** What the command would print, in any form, never holds a secret, and is as its schema says. */
async function look(what: Plan, environment: Environment): Promise<DriftDocument> {
  const { targets, drift, ailments } = await inspect(what, environment, stage.secret);
  const rest = withoutIgnored(drift, [], environment.name);
  const document = driftDocument({ environment, targets, rest, ailments, folder: "", isEverything: true });
  isPublished(JSON.parse(JSON.stringify(document)));
  expect(isPublished.errors ?? []).toEqual([]);
  const printed = [
    JSON.stringify(document),
    renderDrift(document, plain),
    renderMarkdown(document),
    summarizeDrift(document),
    JSON.stringify(sarifOf(document)),
    annotationsOf(document),
  ].join("\n");
  const { username, password } = sharedRabbitmq();
  for (const secret of [password, `${username}:${password}`, stage.secret("WORKER"), "mistyped", token])
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
      expect(printed).not.toContain(form);
  return document;
}

/** Why the command exits with 3. Nothing is called missing or changed because of it. */
async function reasons(what: Plan, environment: Environment): Promise<string> {
  const document = await look(what, environment);
  expect(foundIn({ ...document, unmanaged: [] })).toEqual([]);
  return couldNotCheck(document).join("\n");
}

const html = "<html><title>Sign in</title></html>";
const refused = JSON.stringify({ error: "not_authorised", reason: "User not authorised to access object" });
const definitions = "/api/definitions/";
const anyApi = "/api/";

const json = (body: unknown): Fault => ({ status: 200, body: JSON.stringify(body) });
const empty = { queues: [], exchanges: [], bindings: [], policies: [] };
const never = /something that RabbitMQ never says/;

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
  ["a sign-in page behind a redirect", definitions, { status: 302, body: "" }, /sign-in page/],
  [
    "too many requests",
    definitions,
    { status: 429, body: "", headers: { "retry-after": "9" } },
    /asked too often \(429/,
  ],
  ["an empty answer", definitions, { status: 200, body: "" }, /cut off or is not JSON/],
  ["JSON of something else", definitions, json({}), never],
  ["null", definitions, json(null), never],
  ["a list instead of an object", definitions, json([]), never],
  ["definitions without some of their lists", definitions, json({ queues: [] }), never],
  ["texts instead of flags", definitions, json({ ...empty, queues: [{ name: "q", durable: "yes" }] }), never],
  ["a queue that is null", definitions, json({ ...empty, queues: [null] }), never],
  [
    "an operator policy without a value",
    definitions,
    json({ ...empty, parameters: [{ component: "operator_policy", name: "o" }] }),
    never,
  ],
  ["users that are no list", "/api/users", json({}), never],
  ["a user that is null", "/api/users", json([null]), never],
  ["no users at all", "/api/users", { status: 404, body: '{"error":"Object Not Found"}' }, never],
  ["rights of numbers", "/api/permissions", json([{ user: 4 }]), never],
  [
    "gzip that nobody asked for",
    definitions,
    { status: 200, body: "\u001f\u008b", headers: { "content-encoding": "gzip" } },
    /is not JSON/,
  ],
  [
    "a refusal that repeats the request",
    "/api/users",
    { status: 400, body: '{"reason":"HEADERS"}' },
    /refused GET \/api\/users .*\*\*\*/,
  ],
  ["an answer that is cut off", definitions, { shortenedTo: 300 }, /cut off or is not JSON/],
  ["a connection that is cut in the middle of an answer", definitions, { cutAfter: 300 }, /RabbitMQ|127/],
  ["a connection that is cut before the answer", "/api/users", { cutAfter: 0 }, /closed the connection/],
  ["users that never come", "/api/users", "hangs", /did not answer within 2 seconds/],
  ["definitions that never come", definitions, "hangs", /did not answer within 2 seconds/],
  ["definitions that stop after the head", definitions, "stops", /did not answer within 2 seconds/],
  ["users that drip", "/api/users", "drips", /did not finish its answer within 20 seconds/],
  ["a broker that never says who it is", "/api/overview", "hangs", /did not answer within 2 seconds/],
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
    const found = await reasons(
      plan,
      onRabbitmq({ endpoint: relay.endpoint }, typeof fault === "string" ? 2000 : undefined),
    );
    await relay.close();
    expect(found).toMatch(reason);
  });

  test("an answer that is slow and keeps coming is waited for", async () => {
    const relay = await relayFaulty(sharedRabbitmq().endpoint, (asked) =>
      asked.startsWith(definitions) ? "crawls" : undefined,
    );
    const document = await look(plan, onRabbitmq({ endpoint: relay.endpoint }, 3000));
    await relay.close();
    expect(couldNotCheck(document)).toEqual([]);
  });

  test("what the login may see is compared, and the rest is told once", async () => {
    const user = `half-${stage.name}`;
    const other = `${stage.name}-hidden`;
    const admin = rabbitmqClient();
    await admin.putVhost({ name: other });
    await admin.access.putUser(user, "mistyped", ["policymaker", "monitoring"]);
    const rights = { user, configure: "^$", write: "^$", read: ".*" };
    await admin.access.putPermission({ ...rights, vhost: stage.name });
    const both = stage.plan(`
rabbitmq: { vhost: ${other}, queues: { q: {}, r: {}, s: {} } }
`);
    const environment = onRabbitmq({ username: user, password: "mistyped" });
    try {
      const document = await look({ objects: [...plan.objects, ...both.objects] }, environment);
      const [cluster] = document.clusters;
      expect(cluster?.state).toBe("partly");
      expect(document.unchecked.map(({ key }) => key)).toEqual(
        expect.arrayContaining([`rabbitmq/main/${other}/queue/q`, `rabbitmq/main/user/worker-${stage.name}`]),
      );
      expect(cluster?.compared).toBe(both.objects.length + plan.objects.length - document.unchecked.length);
      expect(foundIn(document)).toEqual([]);
      const told = couldNotCheck(document);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(/doesn't allow user ".*" to GET \/api\/definitions/);
      expect(told[0]).toMatch(/to GET \/api\/users/);
      expect(renderDrift(document, plain).match(/GET \/api\/users /g)).toHaveLength(1);
    } finally {
      await admin.access.deleteUser(user);
      await admin.deleteVhost(other);
      admin.close();
    }
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

  test.each<[string, { name?: string; isTrusted?: false; asks?: true }, RegExp]>([
    ["an authority that nobody knows", { isTrusted: false }, /certificate.*not trusted.*caFile/],
    ["a certificate for another name", { name: "DNS:other" }, /for another name/],
    ["a server that asks for a certificate", { asks: true }, /certificate of the client.*none to show/],
  ])("TLS: %s", async (_what, { name, isTrusted = true, asks = false }, reason) => {
    const directory = mkdtempSync(join(tmpdir(), "queueform-faults-"));
    const authority = makeAuthority(directory, name);
    const ca = isTrusted ? { caFile: authority.ca } : {};
    const rabbitmq = await relayTls(new URL(sharedRabbitmq().endpoint).host, authority, asks);
    const found = await reasons(plan, onRabbitmq({ endpoint: `https://${rabbitmq.address}`, ...ca }));
    await rabbitmq.close();
    const kafka = await relayTls(sharedKafka().bootstrap[0]!, authority, asks);
    const on = { ...sharedKafka(), bootstrap: [kafka.address], tls: true, ...ca };
    const same = await reasons(topics, withTimeout(environmentOf({ kafka: on }), 3000));
    await kafka.close();
    rmSync(directory, { recursive: true });
    expect(found).toMatch(reason);
    expect(same).toMatch(reason);
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
    withTimeout(environmentOf({ kafka: { ...sharedKafka(), ...changes } }), 3000);
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
    ["falls silent", () => undefined, /did not answer within 3 seconds/],
    ["gives an answer of no size", (client: Socket) => client.write(Buffer.alloc(64, 0xff)), /Kafka/],
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
  const at = (address: string, login: object = {}): Environment => {
    const [host = "", port] = address.split(":");
    return redisEnvironment({ host, port: Number(port), ...login });
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
    ["hangs", () => undefined, /did not answer within 1 second\./],
    [
      "repeats what it is sent",
      (socket) =>
        socket.on("data", (sent) => socket.write(`-ERR ${String(sent).replaceAll("\r\n", " ")}\r\n`)),
      /can't be asked \(ERR .*\*\*\*/,
    ],
  ])("%s", async (_what, answer, reason) => {
    const server = await serve(answer);
    const environment = withTimeout(at(server.address, { password: "mistyped" }), 1000);
    const found = await reasons(jobs.plan(), environment);
    await server.close();
    expect(found).toMatch(reason);
  });
});

describe("Redis with a user of few rights", () => {
  const jobs = new JobStage("bullmq", "rights");
  const server = planFrom("redis: { jobs: { on: external } }");
  const both: Plan = { objects: [...server.objects, ...jobs.plan("globalConcurrency: 3").objects] };

  test.each<[string, string[], string, string]>([
    ["without INFO", ["~*", "+@all", "-info"], "redis/jobs/server/jobs", "1 missing"],
    ["without its keys", ["~other:*", "+@all"], `redis/jobs/queue/${jobs.queue}`, ""],
  ])("%s: the rest is compared", async (_what, rights, hidden, found) => {
    const admin = new Redis({ ...sharedRedis(), maxRetriesPerRequest: 0 });
    await admin.acl("SETUSER", jobs.queue, "reset", "on", ">mistyped", ...rights);
    const login = { ...sharedRedis(), username: jobs.queue, password: "mistyped" };
    try {
      const document = await look(both, redisEnvironment(login));
      expect(document.clusters).toMatchObject([{ state: "partly", compared: 1 }]);
      expect(document.unchecked).toMatchObject([{ key: hidden, cause: "not-allowed" }]);
      expect(foundIn({ ...document, changed: [], unmanaged: [] }).join()).toBe(found);
      expect(couldNotCheck(document)).toEqual([expect.stringMatching(/does not let this user.*NOPERM/)]);
    } finally {
      await admin.acl("DELUSER", jobs.queue);
      admin.disconnect();
    }
  });

  test.each([
    ["a schedule that is no JSON", "hset", "data", "{no", /^$/],
    ["a string where the queue's hash should be", "set", "", "", /something else under a key/],
  ] as const)("%s is no defect of ours", async (_what, command, field, value, reason) => {
    const redis = new Redis({ ...sharedRedis(), maxRetriesPerRequest: 0 });
    const base = `bull:${jobs.queue}`;
    const words = "schedules: { a: { every: 1h } }";
    if (command === "set") await redis.set(`${base}:meta`, "x");
    else {
      await redis.hset(`${base}:meta`, "version", "bullmq:6.0.0");
      await redis.zadd(`${base}:repeat`, 1, "a");
      await redis.hset(`${base}:repeat:a`, "name", "a", "every", "3600000", field, value);
    }
    const document = await look(jobs.plan(words), redisEnvironment());
    await redis.del(`${base}:meta`, `${base}:repeat`, `${base}:repeat:a`);
    redis.disconnect();
    expect(couldNotCheck(document).join()).toMatch(reason);
    expect(document.changed).toHaveLength(command === "set" ? 0 : 1);
  });
});

describe("Kubernetes", () => {
  const objects = planFrom(`
redis:
  jobs: { on: kubernetes, namespace: shop, createNamespace: true, memory: 512Mi, storage: 8Gi, password: "\${secret:REDIS}" }
`);
  const status = (code: number, message: string): Fault => ({
    status: code,
    body: JSON.stringify({ kind: "Status", message }),
  });
  const named = (path: string): Fault | undefined => {
    if (path.startsWith("/version")) return json({ gitVersion: "v1.36.3" });
    if (path.endsWith("/kube-system")) return json({ metadata: { name: "kube-system", uid: "one" } });
    return path.includes("labelSelector") ? json({ items: [] }) : undefined;
  };
  const missing: Fault = { status: 404, body: '{"kind":"Status","reason":"NotFound"}' };

  /** A server that has none of the objects, and a fault at one of its paths. */
  async function lookAt(path: RegExp, fault: Fault): Promise<DriftDocument> {
    const relay = await relayFaulty("", (asked) => (path.test(asked) ? fault : (named(asked) ?? missing)));
    const kubeconfig = join(mkdtempSync(join(tmpdir(), "queueform-kubeconfig-")), "config");
    writeFileSync(
      kubeconfig,
      `{ current-context: x, contexts: [{ name: x, context: { cluster: c, user: u } }], users: [{ name: u, user: { token: ${token} } }],
  clusters: [{ name: c, cluster: { server: "${relay.endpoint}", insecure-skip-tls-verify: true } }] }`,
    );
    const { clusters, ...rest } = environmentOf({});
    const mark = { source: rest.source, start: 0, end: 0 };
    const cluster = { name: "main", reach: "direct", await: false, kubeconfig, mark } as const;
    const kubernetes = new Map([["main", cluster]]);
    const document = await look(
      objects,
      withTimeout({ ...rest, clusters: { ...clusters, kubernetes } }, 3000),
    );
    await relay.close();
    rmSync(dirname(kubeconfig), { recursive: true });
    return document;
  }

  test.concurrent.each<[string, RegExp, Fault, RegExp]>([
    ["a list that never comes", /labelSelector/, "hangs", /did not answer within 3 seconds/],
    ["a list that drips", /labelSelector/, "drips", /did not answer within 3 seconds/],
    ["a list without items", /services\?/, json({}), /none of Kubernetes's/],
    ["a list of nothing", /services\?/, json({ items: [null] }), /none of Kubernetes's/],
    ["an object that is null", /services\/redis/, json(null), /none of Kubernetes's/],
    ["another object", /services\/redis/, json({ metadata: { name: "x" } }), /none of Kubernetes's/],
    ["a sign-in page", /services\?/, { status: 200, body: html, type: "text/html" }, /is not Kubernetes/],
    ["a login that ends meanwhile", /services\?/, status(401, "Unauthorized"), /refuses the login/],
    ["too many requests", /services\?/, status(429, "slow down"), /not able to .* \(429\): slow down/],
    [
      "a refusal that repeats the request",
      /services\?/,
      { status: 400, body: '{"message":"HEADERS"}' },
      /\*\*\*/,
    ],
  ])("%s", async (_what, path, fault, reason) => {
    const document = await lookAt(path, fault);
    expect(foundIn(document)).toEqual([]);
    expect(couldNotCheck(document).join("\n")).toMatch(reason);
  });

  test("an account that may not see some kinds: the others are compared", async () => {
    const document = await lookAt(/services/, status(403, "services is forbidden"));
    expect(document.clusters).toMatchObject([{ state: "partly", compared: objects.objects.length - 2 }]);
    expect(document.unchecked.every(({ key }) => key.includes("Service"))).toBe(true);
    expect(foundIn(document)).toEqual([`${objects.objects.length - 2} missing`]);
    expect(couldNotCheck(document).join("\n")).toMatch(/does not allow to list objects of kind Service/);
  });
});
