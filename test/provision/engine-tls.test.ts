import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kafkaClient } from "../brokers/sandboxes.ts";
import { type Authority, makeAuthority, relayTls, type TlsRelay } from "../brokers/tls.ts";
import { Deployment, stack } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { head } from "./shop.ts";

const topology = `${head}
rabbitmq:
  vhost: shop
  vhosts: { shop: {} }
  exchanges: { orders: { type: topic } }
  queues: { fulfil: { bind: [{ exchange: orders, key: "#" }], deadLetter: true, limit: { messages: 10 } } }
kafka:
  topics: { placed: { partitions: 2, replication: 1, retention: 7d } }
`;
const secrets = { RABBITMQ_PASSWORD: "", KAFKA_PASSWORD: "a-password-of-the-engine" };

describe.skipIf(!engine)(
  `pulumi up on brokers behind TLS, with a login and an authority of their own${note}`,
  () => {
    let clone: Deployment;
    let authority: Authority;
    const relays: TlsRelay[] = [];
    let clusters: (caFile: string) => string;

    beforeAll(async () => {
      clone = new Deployment("", topology);
      authority = makeAuthority(clone.directory);
      const { rabbitmq, kafka } = await clone.start(["rabbitmq", "kafka"]);
      secrets.RABBITMQ_PASSWORD = rabbitmq!.password;
      const client = await kafkaClient(kafka!);
      await client.access.putScramUsers([{ name: "engine", password: secrets.KAFKA_PASSWORD }]);
      await client.close();
      const rabbitmqRelay = await relayTls(new URL(rabbitmq!.endpoint).host, authority);
      const kafkaRelay = await relayTls(kafka!.loginBootstrap![0]!, authority);
      relays.push(rabbitmqRelay, kafkaRelay);
      clusters = (caFile) => `
      rabbitmq: { main: { endpoint: "https://${rabbitmqRelay.address}", username: ${rabbitmq!.username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${rabbitmq!.identity}${caFile} } },
      kafka: { main: { bootstrap: ["${kafkaRelay.address}"], sasl: { mechanism: scram-sha-512, username: engine, password: "\${secret:KAFKA_PASSWORD}" }, identity: ${kafka!.identity}${caFile} } }
    `;
    });
    afterAll(async () => {
      for (const relay of relays) await relay.close();
      await clone.remove();
    });

    test("creates the plan, and a second run and a refresh find nothing", async () => {
      clone.write("stacks/Pulumi.dev.yaml", stack(clusters(", caFile: ca.pem")));
      expect(await clone.create(secrets)).toEqual([]);
    });

    test("an authority that nobody named is not trusted, and nothing is done", async () => {
      clone.write("stacks/Pulumi.dev.yaml", stack(clusters("")));
      for (const [name, value] of Object.entries(secrets)) await clone.keepSecret(name, value);
      const refused = await clone.refused(["up", "--yes", "--stack=dev"]);
      expect(refused).toMatch(/rabbitmq.*not trusted.*caFile/is);
      expect(refused).toMatch(/kafka.*not trusted.*caFile/is);
      expect(refused).toContain("Nothing was done");
    });

    test("no password can be read in what was said or kept", async () => {
      for (const password of Object.values(secrets)) expect(await clone.placesOf(password)).toEqual([]);
    });
  },
);
