import type { Socket } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { BrokerError } from "../../src/brokers/error.ts";
import { batches } from "../../src/brokers/kafka-batches.ts";
import type { KafkaLogin } from "../../src/brokers/kafka-connection.ts";
import { assignReplicas } from "../../src/brokers/kafka-replicas.ts";
import { KafkaClient } from "../../src/brokers/kafka.ts";
import { freePort, kafkaApi, relayKafka, serve } from "./relays.ts";
import { kafkaClient, ownName, sharedKafka } from "./sandboxes.ts";

const password = "a-password-that-must-not-be-shown";

/** What connecting like that fails with, and in how many milliseconds. */
async function failure(
  login: Partial<KafkaLogin> & Pick<KafkaLogin, "bootstrap">,
): Promise<{ message: string; milliseconds: number }> {
  const start = Date.now();
  const error: unknown = await KafkaClient.connect({ tls: false, ...login }).then(
    (client) => client.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrokerError);
  const { message } = error as BrokerError;
  expect(message).not.toContain(password);
  return { message, milliseconds: Date.now() - start };
}

describe.concurrent("what goes wrong on the way is said in sentences", () => {
  test("nothing listens", async () => {
    const { message } = await failure({ bootstrap: [`127.0.0.1:${await freePort()}`] });
    expect(message).toMatch(/connection was refused/);
  });

  test("a host that does not exist", async () => {
    expect((await failure({ bootstrap: ["no-such-host.invalid:9092"] })).message).toMatch(/can't be found/);
  });

  test("sockets that hang are given up within ten seconds, however many brokers are named", async () => {
    const servers = await Promise.all([serve(() => {}), serve(() => {}), serve(() => {})]);
    const { message, milliseconds } = await failure({ bootstrap: servers.map(({ address }) => address) });
    await Promise.all(servers.map(({ close }) => close()));
    expect(message).toMatch(/None of the brokers answers/);
    for (const { address } of servers) expect(message).toContain(`${address} did not answer`);
    expect(milliseconds).toBeLessThan(10_000);
  });

  test.each<[string, (socket: Socket) => void]>([
    ["a server that hangs up", (socket) => socket.end()],
    ["a server that hangs up when asked", (socket) => socket.once("data", () => socket.end())],
  ])("%s", async (_name, answer) => {
    const server = await serve(answer);
    const { message } = await failure({ bootstrap: [server.address] });
    await server.close();
    expect(message).toMatch(/closed the connection/);
  });

  test("a server that speaks HTTP", async () => {
    const server = await serve((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    const { message, milliseconds } = await failure({ bootstrap: [server.address] });
    await server.close();
    expect(message).toMatch(/did not answer within 8 seconds.*one of its listeners/);
    expect(milliseconds).toBeLessThan(10_000);
  });

  test("a server that wants TLS", async () => {
    const alert = Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);
    const server = await serve((socket) => socket.once("data", () => socket.end(alert)));
    const { message } = await failure({ bootstrap: [server.address] });
    await server.close();
    expect(message).toMatch(/asks for TLS.*tls: true/);
  });

  test("TLS where there is none", async () => {
    const { message } = await failure({ bootstrap: sharedKafka().bootstrap, tls: true });
    expect(message).toMatch(/doesn't speak TLS|closed the connection/);
  });

  test("a login where none is asked for", async () => {
    const sasl = { mechanism: "scram-sha-512", username: "someone", password } as const;
    const { message } = await failure({ bootstrap: sharedKafka().bootstrap, sasl });
    expect(message).toMatch(/refuses the login.*sasl/);
  });
});

/** Asks until the broker has heard from the controller. */
async function eventually<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a real broker", () => {
  const prefix = ownName("brokers");
  const topic = (name: string): string => `${prefix}.${name}`;
  afterAll(async () => {
    const client = await kafkaClient();
    const names = (await client.topics()).map(({ name }) => name).filter((name) => name.startsWith(prefix));
    await client.deleteTopics(names);
    await client.close();
  });

  test("says which cluster it is", async () => {
    const client = await kafkaClient();
    const { identity, version } = sharedKafka();
    expect(client.clusterId).toBe(identity);
    expect(version).toContain(client.version);
    await client.close();
  });

  test("is found behind one that does not answer", async () => {
    const client = await KafkaClient.connect({
      bootstrap: [`127.0.0.1:${await freePort()}`, ...sharedKafka().bootstrap],
      tls: false,
    });
    expect(client.clusterId).toBe(sharedKafka().identity);
    await client.close();
  });

  test("makes topics that differ in everything with one request, and reads a thousand with one more than their names and moves", async () => {
    const relay = await relayKafka(sharedKafka().bootstrap[0]!);
    const client = await KafkaClient.connect({ bootstrap: [relay.bootstrap], tls: false });
    const names = Array.from({ length: 300 }, (_, index) => topic(`many.${index}`));
    const refused = await client.createTopics([
      { name: topic("a"), partitions: 2, replicationFactor: 1, config: { "retention.ms": "1000" } },
      { name: topic("b"), partitions: 5, replicationFactor: 1, config: { "cleanup.policy": "compact" } },
      ...names.map((name) => ({ name, partitions: 1, replicationFactor: 1, config: {} })),
    ]);
    expect(refused).toEqual([]);
    expect(relay.requests.filter((key) => key === kafkaApi.createTopics)).toHaveLength(1);
    const topics = await eventually(
      () => client.topics(),
      (found) => names.every((name) => found.some((one) => one.name === name)),
    );
    const from = relay.requests.length;
    const { length } = await client.topics();
    const descriptions = Math.ceil(length / 1000);
    expect(relay.requests.slice(from)).toEqual([
      kafkaApi.metadata,
      kafkaApi.listMoves,
      ...Array<number>(descriptions).fill(kafkaApi.describeConfigs),
    ]);
    const found = (name: string): unknown => topics.find((one) => one.name === topic(name));
    expect(found("a")).toMatchObject({ internal: false, config: { "retention.ms": "1000" } });
    expect(found("a")).toHaveProperty("partitions.length", 2);
    expect(found("b")).toMatchObject({ config: { "cleanup.policy": "compact" } });
    await client.close();
    await relay.close();
  });

  test("makes what it can, and says what it refuses and why", async () => {
    const client = await kafkaClient();
    const refused = await client.createTopics([
      { name: topic("good"), partitions: 1, replicationFactor: 1, config: {} },
      { name: topic("copies"), partitions: 1, replicationFactor: 9, config: {} },
      { name: topic("config"), partitions: 1, replicationFactor: 1, config: { "no.such.config": "1" } },
    ]);
    expect(refused.map(({ topic: name }) => name).toSorted()).toEqual([topic("config"), topic("copies")]);
    expect(refused.map(({ reason }) => reason).join(" ")).toMatch(/no\.such\.config/);
    expect(
      await client.createTopics([{ name: topic("good"), partitions: 1, replicationFactor: 1, config: {} }]),
    ).toMatchObject([{ topic: topic("good"), reason: expect.stringMatching(/already exists/) }]);
    await client.close();
  });

  test("changes living topics", async () => {
    const client = await kafkaClient();
    const name = topic("living");
    await client.createTopics([
      { name, partitions: 1, replicationFactor: 1, config: { "retention.ms": "1", "segment.ms": "5" } },
    ]);
    expect(
      await client.alterConfigs([{ topic: name, set: { "retention.ms": "2" }, reset: ["segment.ms"] }]),
    ).toEqual([]);
    expect(await client.createPartitions([{ topic: name, count: 3 }])).toEqual([]);
    expect(await client.changeReplication([{ topic: name, replicationFactor: 2 }])).toMatchObject([
      { topic: name, reason: expect.stringMatching(/the cluster has 1/) },
    ]);
    const one = await eventually(
      async () => (await client.topics()).find((found) => found.name === name),
      (found) => found?.partitions.length === 3 && found.config["retention.ms"] === "2",
    );
    expect(one?.config).toEqual({ "retention.ms": "2" });
    expect(await client.deleteTopics([name, topic("none")])).toMatchObject([{ topic: topic("none") }]);
    await client.close();
  });
});

test("requests are split where the controller would refuse them", () => {
  expect(batches([4000, 4000, 4000, 20_000, 1], (weight) => weight)).toEqual([
    [4000, 4000],
    [4000],
    [20_000],
    [1],
  ]);
  expect(batches([], () => 1)).toEqual([]);
});

test("new copies go to other brokers in turn, and old ones stay", () => {
  const partitions = [[1], [2], [3], [1]];
  expect(partitions.map((current, index) => assignReplicas(current, [3, 1, 2], 2, index))).toEqual([
    [1, 2],
    [2, 3],
    [3, 1],
    [1, 2],
  ]);
  expect(assignReplicas([2, 3, 1], [1, 2, 3], 1, 0)).toEqual([2]);
});
