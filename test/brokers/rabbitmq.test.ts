import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BrokerError } from "../../src/brokers/error.ts";
import { Rejection } from "../../src/brokers/rabbitmq-management.ts";
import { RabbitmqClient } from "../../src/brokers/rabbitmq.ts";
import { freePort, relayHttp, serve } from "./relays.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "./sandboxes.ts";

const password = "a-password-that-must-not-be-shown";
const clientFor = (endpoint: string, more: { ca?: string; timeout?: number } = {}): RabbitmqClient =>
  new RabbitmqClient({ endpoint, username: "someone", password, ...more });

/** What asking that endpoint fails with, and in how many milliseconds. */
async function failure(
  endpoint: string,
  timeout = 30_000,
): Promise<{ message: string; milliseconds: number }> {
  const client = clientFor(endpoint, { timeout });
  const start = Date.now();
  const error: unknown = await client.overview().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  client.close();
  expect(error).toBeInstanceOf(BrokerError);
  const { message } = error as BrokerError;
  expect(message).not.toContain(password);
  return { message, milliseconds: Date.now() - start };
}

/** A server that gives every request the same answer. */
const answering =
  (text: string): ((socket: Socket) => void) =>
  (socket) =>
    socket.once("data", () => socket.end(text));
const http = (status: string, type: string, body: string, length = Buffer.byteLength(body)): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`;

describe.concurrent("what goes wrong on the way is said in sentences", () => {
  test("nothing listens", async () => {
    const { message } = await failure(`http://127.0.0.1:${await freePort()}`);
    expect(message).toMatch(/connection was refused/);
  });

  test("a host that does not exist", async () => {
    const { message } = await failure("http://no-such-host.invalid:15672");
    expect(message).toMatch(/can't be found/);
  });

  test("a socket that hangs is given up after the timeout", async () => {
    const server = await serve(() => {});
    const { message, milliseconds } = await failure(`http://${server.address}`, 1000);
    await server.close();
    expect(message).toMatch(/did not answer within 1 second\./);
    expect(milliseconds).toBeLessThan(9000);
  });

  test.each([
    [
      "a web page with status 200",
      http("200 OK", "text/html", "<html>Welcome</html>"),
      /web page instead of JSON/,
    ],
    [
      "a web page with status 404",
      http("404 Not Found", "text/html", "<h1>Not Found</h1>"),
      /no management API/,
    ],
    [
      "a failing broker",
      http("500 Internal Server Error", "application/json", '{"reason":"it broke"}'),
      /500: it broke/,
    ],
    ["a proxy without a broker", http("502 Bad Gateway", "text/html", "<html>"), /failed to answer \(502\)/],
    [
      "a redirect",
      http("302 Found", "text/html", ""),
      /somewhere else \(302\), as a proxy with a sign-in page/,
    ],
    [
      "JSON that is cut off",
      http("200 OK", "application/json", '{"cluster_name":"ra'),
      /cut off or is not JSON/,
    ],
    [
      "a body that ends before its length",
      http("200 OK", "application/json", '{"cluster', 500),
      /closed the connection/,
    ],
    ["something that is not HTTP", "AMQP\0\0\u0009\u0001", /doesn't speak HTTP/],
    ["nothing at all", "", /closed the connection/],
  ])("%s", async (_name, answer, expected) => {
    const server = await serve(answering(answer));
    const { message } = await failure(`http://${server.address}`);
    await server.close();
    expect(message).toMatch(expected);
  });

  test("TLS where there is none", async () => {
    const { message } = await failure(sharedRabbitmq().endpoint.replace("http:", "https:"));
    expect(message).toMatch(/doesn't speak TLS/);
  });

  test("a wrong password", async () => {
    const { message } = await failure(sharedRabbitmq().endpoint);
    expect(message).toMatch(/refuses the login of user "someone"/);
  });

  test("a user who may not read definitions", async () => {
    const { endpoint, username, password: secret } = sharedRabbitmq();
    const name = ownName("reader");
    await fetch(`${endpoint}/api/users/${name}`, {
      method: "PUT",
      headers: {
        authorization: `Basic ${btoa(`${username}:${secret}`)}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ password, tags: "management" }),
    });
    const client = new RabbitmqClient({ endpoint, username: name, password });
    await expect(client.definitions("/")).rejects.toThrow(/tag "administrator"/);
    client.close();
  });

  test("a path that leads to another part of the broker", async () => {
    const { message } = await failure(`${sharedRabbitmq().endpoint}/somewhere`);
    expect(message).toMatch(/no management API/);
  });
});

test("a kept connection that the broker closes is opened again", async () => {
  const body = '{"cluster_name":"patient"}';
  const seen: number[] = [];
  const server = await serve((socket) => {
    const connection = seen.push(0) - 1;
    socket.on("data", () => {
      seen[connection]! += 1;
      // The first connection breaks as soon as it is used a second time.
      if (connection === 0 && seen[0] === 2) socket.resetAndDestroy();
      else socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
  });
  const client = clientFor(`http://${server.address}`);
  for (let round = 0; round < 3; round++) expect((await client.overview()).clusterName).toBe("patient");
  expect(seen).toEqual([2, 2]);
  client.close();
  await server.close();
});

describe("TLS with an authority of one's own", () => {
  const directory = mkdtempSync(join(tmpdir(), "queueform-tls-"));
  const key = join(directory, "key.pem");
  const certificate = join(directory, "certificate.pem");
  let endpoint: string;
  let stop: () => void;

  beforeAll(async () => {
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const output = ["-keyout", key, "-out", certificate, "-days", "2", "-nodes"];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", ...output, ...subject], {
      stdio: "ignore",
    });
    const server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (_request, response) => response.end('{"cluster_name":"behind TLS","rabbitmq_version":"4.0.5"}'),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterAll(() => {
    stop();
    rmSync(directory, { recursive: true });
  });

  test("is not trusted by itself", async () => {
    expect((await failure(endpoint)).message).toMatch(/not trusted.*caFile/);
  });

  test("is trusted when its file is named", async () => {
    const client = clientFor(endpoint, { ca: readFileSync(certificate, "utf8") });
    expect((await client.overview()).clusterName).toBe("behind TLS");
    client.close();
  });
});

describe("a real broker", () => {
  const vhost = ownName("names/x %");
  const client = rabbitmqClient();
  afterAll(async () => {
    await client.deleteVhost(vhost);
    client.close();
  });

  test("says which cluster it is", async () => {
    const { identity, version } = sharedRabbitmq();
    expect(await client.overview()).toMatchObject({ clusterName: identity, version });
  });

  test("has no definitions for a vhost that is not there", async () => {
    expect(await client.definitions(ownName("none"))).toBeUndefined();
    expect(await client.vhost(ownName("none"))).toBeUndefined();
  });

  test("takes names with slashes, percent signs and spaces", async () => {
    await client.putVhost({ name: vhost, description: "odd" });
    const queue = {
      name: "a/b %41+c",
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": "classic" },
    };
    const binding = {
      source: "amq.topic",
      destination: queue.name,
      destination_type: "queue",
      arguments: {},
    } as const;
    const bindings = ["#", "a.b/~%", "a.b/~%41", "with space+plus"].map((key) => ({
      ...binding,
      routing_key: key,
    }));
    await client.importDefinitions(vhost, { queues: [queue], bindings });
    expect((await client.definitions(vhost))?.queues).toMatchObject([queue]);
    for (const one of bindings)
      await client.deleteBindings(vhost, one, ({ routing_key }) => routing_key === one.routing_key);
    expect((await client.definitions(vhost))?.bindings).toEqual([]);
    expect(await client.messagesIn(vhost, queue.name)).toBeTypeOf("number");
    await client.deleteQueue(vhost, queue.name);
    // What is gone already counts as deleted.
    await client.deleteQueue(vhost, queue.name);
    expect((await client.definitions(vhost))?.queues).toEqual([]);
  });

  test("exports a vhost whose name is not ASCII", async () => {
    const name = ownName("ü");
    const exchange = {
      name: "e",
      type: "fanout",
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    };
    expect(await client.definitions(name)).toBeUndefined();
    await client.putVhost({ name });
    await client.importDefinitions(name, { exchanges: [exchange] });
    expect((await client.definitions(name))?.exchanges).toMatchObject([exchange]);
    await client.deleteVhost(name);
  });

  test("says why it refuses", async () => {
    const policy = {
      name: "p",
      pattern: "^",
      "apply-to": "queues",
      priority: 0,
      definition: { "no-such-key": 1 },
    };
    const error = await client
      .importDefinitions(vhost, { policies: [policy] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Rejection);
    expect((error as Rejection).message).toMatch(/400: Validation failed .*no-such-key,1.* not recognised/);
  });

  test("is asked over one connection again and again", async () => {
    const { endpoint, username, password: secret } = sharedRabbitmq();
    const relay = await relayHttp(endpoint);
    const through = new RabbitmqClient({ endpoint: relay.endpoint, username, password: secret });
    for (let round = 0; round < 3; round++) await through.overview();
    expect(relay.requests).toHaveLength(3);
    through.close();
    await relay.close();
  });
});
