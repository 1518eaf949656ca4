import { expect, test } from "vitest";
import { planFrom } from "../brokers/project.ts";
import { freePort, serve } from "../brokers/relays.ts";
import { rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { nothingSent, type Stage, stageOn } from "./stage.ts";

const plan = ({ name }: Stage): ReturnType<typeof planFrom> =>
  planFrom(`
rabbitmq: { vhost: ${name}, vhosts: { ${name}: {} }, queues: { q: { type: classic } } }
kafka: { topics: { ${name}.t: { partitions: 1, replication: 1 } } }
`);

test("with one broker down nothing is sent to the other, and it is said within ten seconds", async () => {
  const stage = stageOn({
    rabbitmq: sharedRabbitmq(),
    kafka: { bootstrap: [`127.0.0.1:${await freePort()}`] },
  });
  const start = Date.now();
  const result = await stage.apply(plan(stage));
  expect(Date.now() - start).toBeLessThan(10_000);
  expect(result).toMatchObject({
    ...nothingSent,
    problems: [{ broker: "kafka", problem: expect.stringMatching(/refused/) }],
  });
  const client = rabbitmqClient();
  expect(await client.vhost(stage.name)).toBeUndefined();
  client.close();
});

test("on the wrong cluster nothing is sent", async () => {
  const stage = stageOn({ rabbitmq: { ...sharedRabbitmq(), identity: "another" }, kafka: sharedKafka() });
  expect(await stage.apply(plan(stage))).toMatchObject({
    ...nothingSent,
    problems: [{ broker: "rabbitmq" }],
  });
  const client = rabbitmqClient();
  expect(await client.vhost(stage.name)).toBeUndefined();
  client.close();
});

/** A broker that knows its name and nothing else. */
const answers = (path: string): string =>
  path.startsWith("/api/overview") ? '{"cluster_name":"odd","rabbitmq_version":"4.0"}' : "";

test("a broker that says who it is and then fails leaves nothing half sent", async () => {
  const server = await serve((socket) =>
    socket.on("data", (chunk: Buffer) => {
      const body = answers(chunk.toString().split(" ")[1] ?? "");
      socket.write(
        `HTTP/1.1 ${body === "" ? "503 Unavailable" : "200 OK"}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    }),
  );
  const stage = stageOn({ rabbitmq: { endpoint: `http://${server.address}` }, kafka: sharedKafka() });
  expect(await stage.apply(plan(stage))).toMatchObject({
    ...nothingSent,
    problems: [{ broker: "rabbitmq", problem: expect.stringMatching(/503/) }],
  });
  await server.close();
});
