import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { mutableSettings, nameOf } from "../behaviour/mutable-settings.ts";
import { rejectAll } from "../behaviour/retries.ts";
import { clientIn, type VhostClient } from "../behaviour/vhost-client.ts";
import { Deployment, sandboxed, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { head } from "./shop.ts";

const names = mutableSettings.map(nameOf);
const texts = ["1", "2", "3"];

const topology = (which: "before" | "after"): string => `${head}
rabbitmq:
  version: "4.0"
  vhost: shop
  vhosts: { shop: {} }
  exchanges: { one: { type: fanout }, other: { type: fanout } }
  queues:
    dead: { bind: [{ exchange: one }, { exchange: other }] }
    log: { type: stream, maxAge: ${which === "before" ? "1d" : "2d"} }
${mutableSettings.map((setting) => `    ${nameOf(setting)}: { type: ${setting.type}, ${setting[which]} }\n`).join("")}`;

// In and out of the group that both share with a neighbour. Dead letters are in the policy: a moment without one would
// drop what is rejected then.
const types = ["quorum", "classic"];
const groups = (messages: number): string => `${head}
rabbitmq:
  version: "4.0"
  vhost: shop
  vhosts: { shop: {} }
  exchanges: { mine: { type: fanout } }
  queues:
${types
  .map(
    (
      type,
    ) => `    ${type}.changing: { type: ${type}, deadLetter: { exchange: mine }, limit: { messages: ${messages} } }
    ${type}.neighbour: { type: ${type}, deadLetter: { exchange: mine }, limit: { messages: 1000 } }
`,
  )
  .join("")}    dead: { bind: [{ exchange: mine }] }
`;

/** A deployment with one topology file on a RabbitMQ of its own, and a client there once it is made. */
class Stage {
  clone!: Deployment;
  client!: VhostClient;

  constructor(before: string) {
    let broker: RabbitmqState;
    beforeAll(async () => {
      this.clone = new Deployment(sandboxed("rabbitmq"), before);
      broker = (await this.clone.start(["rabbitmq"])).rabbitmq!;
      expect(await this.clone.create()).toEqual([]);
      this.client = await clientIn("shop", broker);
    });
    afterAll(async () => {
      await this.client?.close();
      await this.clone.remove();
    });
  }
}

describe.skipIf(!engine)(`every mutable setting of a queue with messages, through pulumi up${note}`, () => {
  const stage = new Stage(topology("before"));
  const queues = async () =>
    Promise.all(
      names.map(async (name) => ({
        name,
        arguments: await stage.client.argumentsOf(name),
        messages: await stage.client.count(name),
      })),
    );

  test("a queue that such a change makes superfluous stays until somebody releases it", async () => {
    stage.clone.write("topology/shop.yaml", topology("after"));
    expect(await stage.clone.refused(up)).toContain("protect");
    stage.clone.restore();
    expect(await stage.clone.drift()).toEqual([]);
  });

  test("replaces no queue and loses no message", async () => {
    for (const name of [...names, "log"])
      for (const text of texts) await stage.client.publish("", name, text);
    const before = await queues();
    expect(before.filter(({ messages }) => messages !== texts.length)).toEqual([]);
    await stage.clone.commit();
    stage.clone.write("topology/shop.yaml", topology("after"));
    await stage.clone.approve();
    await stage.clone.queueform(["release", "--env", "dev"]);
    const touched = (await stage.clone.preview()).filter(({ resource }) =>
      [...names, "log"].some((name) => resource.endsWith(`/queue/${name}`)),
    );
    expect(touched).toEqual([]);
    await stage.clone.pulumi(up);
    expect(await queues()).toEqual(before);
    expect(await stage.clone.differences()).toEqual([]);
  });

  test("a stream keeps its messages when it changes how old they may get", async () => {
    const connection = await stage.client.connect();
    const channel = await connection.createChannel();
    await channel.prefetch(10);
    const read: string[] = [];
    const fromTheStart = { arguments: { "x-stream-offset": "first" } };
    await channel.consume("log", (message) => message && read.push(message.content.toString()), fromTheStart);
    await expect.poll(() => read, { timeout: 30_000 }).toEqual(texts);
    await connection.close();
  });
});

describe.skipIf(!engine)(`a queue that pulumi up takes from one policy to the next${note}`, () => {
  const stage = new Stage(groups(1000));

  test("loses no dead letter on the way", async () => {
    const rejecting = await Promise.all(types.map((type) => rejectAll(stage.client, `${type}.changing`)));
    let published = 0;
    const changing = new AbortController();
    const publishing = (async () => {
      while (!changing.signal.aborted) {
        for (const type of types) await stage.client.publish("", `${type}.changing`, "x");
        published += types.length;
      }
    })();
    for (const messages of [2000, 1000, 3000]) {
      const soFar = rejecting.map(({ times }) => times.length);
      stage.clone.write("topology/shop.yaml", groups(messages));
      await stage.clone.pulumi(up);
      await expect.poll(() => rejecting.every(({ times }, index) => times.length > soFar[index]!)).toBe(true);
    }
    changing.abort();
    await publishing;
    await expect.poll(() => stage.client.count("dead"), { timeout: 30_000 }).toBe(published);
    for (const { stop } of rejecting) await stop();
  });
});
