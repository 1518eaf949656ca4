import { type ChannelModel, connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KafkaState, RabbitmqState } from "../../src/sandbox/state.ts";
import { attempt } from "../behaviour/apps-stage.ts";
import { consumeAs, type Login, produceAs } from "../behaviour/kafka-login.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";
import { Deployment, sandboxed, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { usersOfKafka, usersOfRabbitmq } from "./topologies.ts";

const secrets = {
  WEB: "a-password-of-web",
  WAREHOUSE: "a-password-of-warehouse",
  PRICING: "a-password-of-pricing",
};
const refusedLogin = /ACCESS_REFUSED|ACCESS-REFUSED|403/;
const managed = `access: managed, principal: "{app}-dev"`;

const pricing = '    pricing: { password: "${secret:PRICING}" }\n';

describe.skipIf(!engine).each(["4", "3.10"] as const)(
  `pulumi up with users on a RabbitMQ %s${note}`,
  (series) => {
    let clone: Deployment;
    let broker: RabbitmqState;
    beforeAll(async () => {
      clone = new Deployment(
        sandboxed("rabbitmq", managed),
        usersOfRabbitmq(series === "4" ? "4.0" : series),
      );
      broker = (await clone.start(["rabbitmq"], series)).rabbitmq!;
    });
    afterAll(() => clone.remove());

    const login = (app: string, password: string, vhost = "shop"): Promise<ChannelModel> =>
      connect({
        hostname: "127.0.0.1",
        port: broker.amqpPort,
        username: `${app}-dev`,
        password,
        vhost,
      });
    const outcome = async (app: keyof typeof secrets, work: Parameters<typeof attempt>[1]) => {
      const connection = await login(app.toLowerCase(), secrets[app]);
      try {
        return await attempt(connection, work);
      } finally {
        await connection.close();
      }
    };
    const publish = (key: string) =>
      outcome("WEB", (channel) => channel.publish("orders", key, Buffer.from("1")));

    test("creates them, and a second run and a refresh find nothing", async () => {
      expect(await clone.create(secrets)).toEqual([]);
    });

    test("lets each do what the files say of it, and nothing else", async () => {
      expect(await publish("order.created")).toBe("allowed");
      expect(await publish("order.cancelled")).toBe(403);
      expect(await outcome("WEB", (channel) => channel.get("fulfil"))).toBe(403);
      expect(await outcome("WAREHOUSE", (channel) => channel.get("fulfil", { noAck: true }))).toBe("allowed");
      expect(await outcome("WAREHOUSE", (channel) => channel.publish("orders", "x", Buffer.from("1")))).toBe(
        403,
      );
      expect(await outcome("PRICING", (channel) => channel.get("price"))).toBe("allowed");
      await expect(login("web", "wrong")).rejects.toThrow(refusedLogin);
      await expect(login("web", secrets.WEB, "/")).rejects.toThrow(/NOT_ALLOWED|ConnectionClose|530/);
    });

    test("a right more changes the rights in place", async () => {
      clone.change("keys: [order.created]", "keys: [order.created, order.cancelled]");
      expect(await clone.preview()).toEqual([
        {
          op: "update",
          resource: expect.stringContaining("rabbitmq:index/topicPermissions:TopicPermissions"),
        },
      ]);
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      expect(await publish("order.cancelled")).toBe("allowed");
      clone.restore();
    });

    test("another secret in the stack is another password on the broker", async () => {
      await clone.keepSecret("PRICING", "another-password-of-pricing");
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      await (await login("pricing", "another-password-of-pricing")).close();
      await expect(login("pricing", secrets.PRICING)).rejects.toThrow(refusedLogin);
    });

    test("an application that disappears may log in no longer", async () => {
      clone.change(pricing, "");
      clone.write(
        "topology/shop.yaml",
        clone.everything.replace(pricing, "").replace("responder: pricing", "responder: warehouse"),
      );
      await clone.pulumi(up);
      expect(await clone.differences()).toEqual([]);
      await expect(login("pricing", "another-password-of-pricing")).rejects.toThrow(refusedLogin);
    });

    test("no password can be read in what was said or kept", async () => {
      for (const password of [...Object.values(secrets), "another-password-of-pricing"])
        expect(await clone.placesOf(password)).toEqual([]);
    });
  },
);

const kafkaSecrets = {
  WEB: "a-password-of-web",
  BILLING: "a-password-of-billing",
  STRANGER: "a-password-of-stranger",
};

describe.skipIf(!engine)(`pulumi up with users on a Kafka${note}`, () => {
  let clone: Deployment;
  let broker: KafkaState;
  beforeAll(async () => {
    clone = new Deployment(sandboxed("kafka", managed), usersOfKafka);
    broker = (await clone.start(["kafka"])).kafka!;
  });
  afterAll(() => clone.remove());

  const login = (app: keyof typeof kafkaSecrets, password = kafkaSecrets[app]): Login => ({
    bootstrap: broker.loginBootstrap!,
    username: `${app.toLowerCase()}-dev`,
    password,
  });
  const refused = /TOPIC_AUTHORIZATION_FAILED|not authorized/i;
  const quotas = async (): Promise<Record<string, unknown>> => {
    const client = await kafkaClient(broker);
    try {
      return Object.fromEntries((await client.access.quotas()).map(({ user, limits }) => [user, limits]));
    } finally {
      await client.close();
    }
  };

  test("creates them, and a second run and a refresh find nothing", async () => {
    expect(await clone.create(kafkaSecrets)).toEqual([]);
    expect(await quotas()).toEqual({
      "web-dev": { producer_byte_rate: 10 * 2 ** 20, request_percentage: 12.5 },
      "billing-dev": { consumer_byte_rate: 2 ** 20 },
    });
  });

  test("lets each do what the files say of it, and nothing else", async () => {
    expect(await produceAs(login("WEB"), "placed")).toBe("done");
    expect(await produceAs(login("BILLING"), "placed")).toMatch(refused);
    expect(await produceAs(login("BILLING"), "placed.dlt")).toBe("done");
    expect(await produceAs(login("STRANGER"), "placed")).toMatch(refused);
    expect(await produceAs(login("WEB", "wrong"), "placed")).toMatch(/SASL|authentication/i);
    // The first group of a new broker has to wait until there is a coordinator.
    await expect
      .poll(() => consumeAs(login("BILLING"), "placed", "billing"), { timeout: 60_000 })
      .toBe("done");
    expect(await consumeAs(login("WEB"), "placed", "billing")).toMatch(
      /AUTHORIZATION_FAILED|not authorized/i,
    );
  });

  test("another quota is another quota on the broker, and one limit less leaves the other", async () => {
    clone.change("producerBytes: 10Mi, requestPercent: 12.5", "producerBytes: 5Mi");
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
    expect(await quotas()).toMatchObject({ "web-dev": { producer_byte_rate: 5 * 2 ** 20 } });
    expect(await quotas()).not.toHaveProperty("web-dev.request_percentage");
    clone.restore();
  });

  test("a stranger who becomes a producer may produce, and one who is no longer may not", async () => {
    clone.change("producers: [web]", "producers: [stranger]");
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
    await expect.poll(() => produceAs(login("STRANGER"), "placed")).toBe("done");
    await expect.poll(() => produceAs(login("WEB"), "placed")).toMatch(refused);
  });

  test("another secret in the stack is another password on the broker", async () => {
    await clone.keepSecret("STRANGER", "another-password-of-stranger");
    await clone.pulumi(up);
    await expect
      .poll(() => produceAs(login("STRANGER", "another-password-of-stranger"), "placed"))
      .toBe("done");
    expect(await produceAs(login("STRANGER"), "placed")).toMatch(/SASL|authentication/i);
  });

  test("an application that disappears may log in no longer", async () => {
    clone.change('    stranger: { password: "${secret:STRANGER}" }\n', "");
    await clone.pulumi(up);
    expect(await clone.differences()).toEqual([]);
    await expect
      .poll(() => produceAs(login("STRANGER", "another-password-of-stranger"), "placed"))
      .toMatch(/SASL|authentication/i);
  });

  test("no password can be read in what was said or kept", async () => {
    for (const password of [...Object.values(kafkaSecrets), "another-password-of-stranger"])
      expect(await clone.placesOf(password)).toEqual([]);
  });
});

describe.skipIf(!engine)(`pulumi up with applications that have certificates, on a Kafka${note}`, () => {
  let clone: Deployment;
  beforeAll(async () => {
    clone = new Deployment(sandboxed("kafka", 'access: managed, principal: "CN={app},O=shop"'), usersOfKafka);
    await clone.start(["kafka"]);
  });
  afterAll(() => clone.remove());

  test("creates rights and quotas for their names, and a second run and a refresh find nothing", async () => {
    expect(await clone.create()).toEqual([]);
  });
});
