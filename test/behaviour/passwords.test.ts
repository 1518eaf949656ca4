import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BrokerError } from "../../src/brokers/error.ts";
import { KafkaClient } from "../../src/brokers/kafka.ts";
import type { Plan, PlanObject } from "../../src/plan/plan.ts";
import { sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { appsStage, type AppsStage, fine, loginWith } from "./apps-stage.ts";

let stage: AppsStage;
let plan: Plan;
const nothing = { ...fine, sent: { created: 0, changed: 0, removed: 0 } };
const one = { ...fine, sent: { created: 0, changed: 1, removed: 0 } };
const rabbitmqUser = (app: string): string => `rabbitmq/main/user/${stage.user(app)}`;
const kafkaUser = (app: string): string => `kafka/main/user/${stage.user(app)}`;

beforeAll(async () => {
  stage = appsStage();
  plan = stage.plan(`
rabbitmq:
  vhost: ${stage.name}
  vhosts: { ${stage.name}: {} }
  queues: { jobs: {} }
  apps:
    worker: { consumes: [jobs], password: "\${secret:WORKER}" }
    other: { consumes: [jobs], password: "\${secret:OTHER}" }
kafka:
  apps:
    web: { password: "\${secret:WEB}" }
    billing: { password: "\${secret:BILLING}" }
`);
  expect(await stage.apply(plan)).toMatchObject(fine);
});
afterAll(() => stage.clear());

describe("on RabbitMQ a changed secret", () => {
  const canLogIn = async (app: string, password: string): Promise<boolean> => {
    try {
      await (await loginWith(stage, app, password)).close();
      return true;
    } catch {
      return false;
    }
  };

  test("is drift of the password, shown without a value, and apply sends the new one once", async () => {
    expect(await stage.apply(plan)).toMatchObject(nothing);
    const old = stage.changeSecret("WORKER");
    const found = await stage.drift(plan);
    expect(found.changed).toMatchObject([
      {
        key: rabbitmqUser("worker"),
        fields: [{ field: "password", before: "(differs)", after: "${secret:WORKER}" }],
      },
    ]);
    expect(JSON.stringify(found)).not.toContain(old);
    expect(JSON.stringify(found)).not.toContain(stage.secret("WORKER"));
    expect(JSON.stringify(found)).not.toMatch(/hash/);
    expect([await canLogIn("worker", old), await canLogIn("worker", stage.secret("WORKER"))]).toEqual([
      true,
      false,
    ]);
    expect(await stage.apply(plan)).toMatchObject(one);
    expect([await canLogIn("worker", old), await canLogIn("worker", stage.secret("WORKER"))]).toEqual([
      false,
      true,
    ]);
    expect(await canLogIn("other", stage.secret("OTHER"))).toBe(true);
    expect(await stage.apply(plan)).toMatchObject(nothing);
  });

  test.each(["sha256", "sha512"])("is told from one that is the same, hashed with %s", async (algorithm) => {
    const salt = Buffer.from([1, 2, 3, 4]);
    const put = async (password: string): Promise<void> => {
      const hash = createHash(algorithm).update(salt).update(password).digest();
      const { endpoint, username, password: own } = sharedRabbitmq();
      const response = await fetch(`${endpoint}/api/users/${stage.user("other")}`, {
        method: "PUT",
        headers: { authorization: `Basic ${btoa(`${username}:${own}`)}`, "content-type": "application/json" },
        body: JSON.stringify({
          password_hash: Buffer.concat([salt, hash]).toString("base64"),
          hashing_algorithm: `rabbit_password_hashing_${algorithm}`,
          tags: "",
        }),
      });
      expect(response.ok).toBe(true);
    };
    await put(stage.secret("OTHER"));
    expect(await canLogIn("other", stage.secret("OTHER"))).toBe(true);
    expect((await stage.drift(plan)).changed).toEqual([]);
    await put("another");
    expect((await stage.drift(plan)).changed.map(({ key }) => key)).toEqual([rabbitmqUser("other")]);
    expect(await stage.apply(plan)).toMatchObject(one);
    expect(await canLogIn("other", stage.secret("OTHER"))).toBe(true);
  });

  test("that is not set leaves the user uncompared, and says why", async () => {
    const unset = { ...plan, objects: plan.objects.map(withoutSecret) };
    const found = await stage.drift(unset);
    expect(found.changed).toEqual([]);
    expect(found.unchecked).toContainEqual({
      key: rabbitmqUser("worker"),
      reason: "The secret NOT_SET is not set.",
      cause: "no-secret",
    });
  });

  const withoutSecret = (object: PlanObject): PlanObject =>
    object.key === rabbitmqUser("worker")
      ? { ...object, spec: { ...object.spec, password: "${secret:NOT_SET}" } }
      : object;
});

describe("on Kafka a changed secret", () => {
  /** Whether the broker lets the application in; throws what else goes wrong. */
  const canLogIn = async (app: string, password: string): Promise<boolean> => {
    const [address = ""] = sharedKafka().loginBootstrap ?? [];
    const sasl = { mechanism: "scram-sha-512", username: stage.user(app), password } as const;
    try {
      await (await KafkaClient.connect({ bootstrap: [address], tls: false, sasl })).close();
      return true;
    } catch (error) {
      if (error instanceof BrokerError && error.message.includes("refuses the login")) return false;
      throw error;
    }
  };

  test("is sent to the users that --rotate names, and to no others", async () => {
    const old = { web: stage.changeSecret("WEB"), billing: stage.changeSecret("BILLING") };
    expect(await stage.apply(plan)).toMatchObject(nothing);
    expect([await canLogIn("web", old.web), await canLogIn("web", stage.secret("WEB"))]).toEqual([
      true,
      false,
    ]);
    expect(await stage.rotate(plan, kafkaUser("web"))).toMatchObject(one);
    await expect.poll(() => canLogIn("web", stage.secret("WEB"))).toBe(true);
    expect(await canLogIn("web", old.web)).toBe(false);
    expect(await canLogIn("billing", old.billing)).toBe(true);
  });

  test("is not sent when a key is wrong: nothing is", async () => {
    await expect(stage.rotate(plan, kafkaUser("wev"))).rejects.toThrow(
      `there is no such user in the files, so no password was sent. Did you mean "${kafkaUser("web")}"?`,
    );
  });
});
