import { connect } from "amqplib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readRabbitmq } from "../../src/adopt/sources/rabbitmq-live.ts";
import type { VhostDefinitions } from "../../src/brokers/rabbitmq-definitions.ts";
import { drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import { planOf } from "../../src/plan/model.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { nothingFound, nothingSent, type Stage, stageOn } from "../apply/stage.ts";
import { environmentOf, noSecrets } from "../brokers/project.ts";
import { rabbitmqClient } from "../brokers/sandboxes.ts";
import { adopted, modelOf, textsOf } from "./adopting.ts";
import { foundIn, series } from "./live-rabbitmq.ts";

const topic = (name: string) => ({
  name,
  type: "topic",
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: {},
});

describe.each(series)("RabbitMQ %s that others have used for years", (_series, start) => {
  let rabbitmq: RabbitmqState;
  let stop: () => Promise<unknown>;
  let stage: Stage;
  beforeAll(async () => {
    ({ rabbitmq, stop } = await start());
  });
  beforeEach(() => {
    stage = stageOn({ rabbitmq });
  });
  afterEach(() => stage.clear());
  afterAll(() => stop());

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { endpoint, username, password } = rabbitmq;
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const answer = await fetch(`${endpoint}/api/${path}`, {
      method,
      headers: { authorization },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(answer.ok).toBe(true);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  test("queues that clients declared without a type keep the arguments they have, and may be called classic", async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.putVhost({ name: stage.name });
    const { amqpPort: port, username, password, version } = rabbitmq;
    const connection = await connect({ hostname: "127.0.0.1", port, username, password, vhost: stage.name });
    const stored = async () =>
      new Map((await client.queueArguments(stage.name)).map((queue) => [queue.name, queue.arguments]));
    // RabbitMQ 4 adds it where a client leaves it out.
    const type = version.startsWith("3.") ? {} : { "x-queue-type": "classic" };
    try {
      const channel = await connection.createChannel();
      await channel.assertQueue("bare");
      await channel.assertQueue("full", {
        messageTtl: 5000,
        maxPriority: 3,
        deadLetterExchange: "amq.fanout",
      });
      const written = adopted(await foundIn(stage.name, rabbitmq));
      expect(written.changes).toEqual([]);
      const plan = planOf(modelOf(written));
      const text = Object.values(textsOf(written)).join();
      expect([...text.matchAll(/type: (\w+)/g)].map(([, word]) => word)).toEqual(
        Array(2).fill(version.startsWith("3.") ? "implicit" : "classic"),
      );
      expect(await stage.drift(plan)).toMatchObject(nothingFound);

      for (const word of ["classic", "implicit"]) {
        const other = stage.plan(
          `  queues:\n    bare: { type: ${word} }\n    full: { type: ${word}, priorities: 3, arguments: { x-message-ttl: 5000, x-dead-letter-exchange: amq.fanout } }\n    new.${word}: { type: ${word} }\n`,
        );
        expect(await stage.apply(other)).toMatchObject({ sent: { created: 1, changed: 0 }, failed: [] });
        expect(await stage.apply(other)).toMatchObject({ sent: nothingSent.sent });
        expect(await stage.drift(other)).toMatchObject({ changed: [], missing: [], unchecked: [] });
      }
      const all = await stored();
      expect(all.get("bare")).toEqual(type);
      expect(all.get("new.implicit")).toEqual(type);
      expect(all.get("new.classic")).toEqual({ "x-queue-type": "classic" });
      await channel.assertQueue("new.classic");
      await channel.assertQueue("new.implicit", { arguments: { "x-queue-type": "classic" } });
    } finally {
      await connection.close();
      client.close();
    }
  });

  test("users with tags and wide rights are said as they are, and nothing of them drifts", async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.putVhost({ name: stage.name });
    const vhost = stage.name;
    const user = (name: string): string => `${vhost}.${name}`;
    const names = ["ops", "monitor", "reader", "certificate", "a-b", "a_b"].map(user);
    const [ops = "", monitor = "", reader = "", certificate = "", ...alike] = names;
    const rights = (name: string, configure: string, write: string, read: string) =>
      client.access.putPermission({ user: name, vhost, configure, write, read });
    try {
      await client.importDefinitions(vhost, { exchanges: [topic("orders"), topic("lookup")] });
      await client.access.putUser(ops, "p1", ["administrator", "custom tag"]);
      await client.access.putUser(monitor, "p2", ["monitoring"]);
      await client.access.putUser(reader, "p3", []);
      for (const name of alike) await client.access.putUser(name, "p4", []);
      await call("PUT", `users/${certificate}`, { password_hash: "", tags: "management" });
      await rights(ops, ".*", ".*", ".*");
      await rights(reader, "", "^(orders|amq\\.).*$", "^$");
      await rights(certificate, "^$", "^$", ".*");
      for (const exchange of ["orders", "amq.topic"])
        await client.access.putTopicPermission({ user: reader, vhost, exchange, write: "^a\\.", read: "" });
      await client.access.putTopicPermission({
        user: monitor,
        vhost,
        exchange: "orders",
        write: "",
        read: ".*",
      });

      const cluster = environmentOf({ rabbitmq }).clusters.rabbitmq.get("main")!;
      const found = await readRabbitmq(cluster, noSecrets);
      const written = adopted(found);
      expect(written.changes).toEqual([]);
      const managed = environmentOf({ rabbitmq: { ...rabbitmq, access: "managed" } });
      const plan = planOf(modelOf(written, managed));
      const keys = new Set(plan.objects.map(({ key }) => key));
      expect(names.filter((name) => !keys.has(`rabbitmq/main/user/${name}`))).toEqual([certificate]);
      const told = written.notes.map(({ text }) => text).join("\n");
      expect(told).toContain(`"${certificate}" (management) has no password`);
      expect(told).toContain(`"${rabbitmq.username}" is who Queueform itself logs in as`);
      const passwords = plan.objects
        .filter(({ kind, spec }) => kind === "rabbitmq-user" && names.includes(String(spec["name"])))
        .map(({ spec }) => String(spec["password"]));
      expect(new Set(passwords).size).toBe(5);

      const secrets = new Map(
        plan.objects.flatMap(({ kind, spec }) =>
          kind === "rabbitmq-user"
            ? [[String(spec["password"]).slice("${secret:".length, -1), passwordOf(String(spec["name"]))]]
            : [],
        ),
      );
      const lookup = (name: string): string => secrets.get(name) ?? "";
      const compared = drift(plan, await observe(plan, managed, lookup));
      const ours = (object: { readonly key: string }): boolean => object.key.includes(vhost);
      expect(compared.changed.filter(ours)).toEqual([]);
      expect(compared.missing.filter(ours)).toEqual([]);
      expect(compared.unmanaged.filter(ours)).toEqual([]);
      expect(compared.unchecked.filter(ours)).toEqual([]);
    } finally {
      for (const name of names) await client.access.deleteUser(name);
      client.close();
    }

    function passwordOf(name: string): string {
      return { [ops]: "p1", [monitor]: "p2", [reader]: "p3" }[name] ?? "p4";
    }
  });

  test("every queue and exchange has the same settings under the policies that an import writes", async () => {
    const client = rabbitmqClient(rabbitmq);
    const other = `${stage.name}-other`;
    const is4 = rabbitmq.version.startsWith("4.");
    const queue = (name: string, type: string) => ({
      name,
      durable: true,
      auto_delete: false,
      arguments: { "x-queue-type": type },
    });
    const policy = (
      name: string,
      pattern: string,
      priority: number,
      applyTo: string,
      definition: object,
    ) => ({
      name,
      pattern,
      priority,
      "apply-to": applyTo,
      definition: definition as Record<string, number | string>,
    });
    const ofTypes = is4
      ? [
          policy("classic", "^a", 8, "classic_queues", { "queue-version": 2 }),
          policy("quorum", "q", 8, "quorum_queues", { "delivery-limit": -1, "target-group-size": 1 }),
          policy("streams", ".*", 8, "streams", { "max-age": "7D", "stream-max-segment-size-bytes": 1000 }),
        ]
      : [policy("mirrored", "^a\\.c$", 8, "queues", { "ha-mode": "all", "queue-mode": "lazy" })];
    const definitions: VhostDefinitions = {
      exchanges: ["a.e", "b.e"].map(topic),
      queues: ["a", "b"].flatMap((name) => [
        queue(`${name}.c`, "classic"),
        queue(`${name}.q`, "quorum"),
        queue(`${name}.s`, "stream"),
        queue(`${name}.ours`, "classic"),
      ]),
      policies: [
        ...ofTypes,
        policy("everything", ".*", -3, "all", { "max-length": 7 }),
        policy("shadowed", "^b", -9, "queues", { "message-ttl": 9 }),
        policy("wins", "^b\\.", 3, "queues", { "max-length-bytes": 77, overflow: "reject-publish" }),
        policy("exchanges", "e$", 0, "exchanges", { "alternate-exchange": "amq.fanout" }),
        // As an earlier `queueform apply` would have left them.
        policy("queueform-01234567", "^(?:a\\.ours|b\\.ours)$", 5, "queues", { "max-length": 1 }),
      ],
    };
    const effective = async (vhost: string) =>
      (
        await Promise.all(
          ["queues", "exchanges"].map(async (list) => {
            const found = (await call("GET", `${list}/${vhost}`)) as Record<string, unknown>[];
            return found
              .filter(({ name }) => /^[ab]\./.test(String(name)))
              .map(({ name, policy: winner, effective_policy_definition: set }) => ({ name, winner, set }))
              .toSorted((x, y) => (String(x.name) < String(y.name) ? -1 : 1));
          }),
        )
      ).flat();
    try {
      await client.putVhost({ name: stage.name });
      await client.importDefinitions(stage.name, definitions);
      const found = await foundIn(stage.name, rabbitmq);
      const written = adopted(found);
      expect(written).toMatchObject({ notes: [], changes: [] });
      expect(await stage.drift(planOf(modelOf(written)))).toMatchObject(nothingFound);

      const [text = ""] = Object.values(textsOf(written));
      const copy = text.replaceAll(stage.name, other);
      const plan = planOf(modelOf({ files: [{ path: "copy.yaml", text: copy, objects: 0 }] }));
      expect(await stage.apply(plan)).toMatchObject({ failed: [], refused: [] });
      // The broker tells of queues what it counted last, seconds ago.
      const settled = async (vhost: string) => {
        let all: Awaited<ReturnType<typeof effective>> = [];
        const isSettled = async (): Promise<boolean> => {
          all = await effective(vhost);
          return all.length === 10 && all.every(({ winner }) => winner !== undefined);
        };
        await expect.poll(isSettled, { timeout: 60_000, interval: 500 }).toBe(true);
        return all;
      };
      const before = await settled(stage.name);
      expect(await settled(other)).toEqual(before);
      const winners = new Set(before.flatMap(({ winner }) => winner ?? []));
      expect([...winners].toSorted()).toEqual(
        is4
          ? ["classic", "exchanges", "queueform-01234567", "quorum", "streams", "wins"]
          : ["everything", "exchanges", "mirrored", "queueform-01234567", "wins"],
      );
    } finally {
      await client.deleteVhost(other);
      client.close();
    }
  });
});
