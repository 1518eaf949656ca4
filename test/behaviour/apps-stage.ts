import { type Channel, type ChannelModel, connect } from "amqplib";
import { expect } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import { type Drift, drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { UsageError } from "../../src/topology/files.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";
import { kafkaClient, ownName, rabbitmqClient, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";

/** Brokers on which users and rights are made, with names that belong to one test. */
export interface AppsStage {
  /** The vhost, what the names of topics and groups begin with, and what the names of users end with. */
  readonly name: string;
  /** The name that an application logs in with. */
  user(app: string): string;
  /** The secret that `${secret:NAME}` stands for; NOT_SET is none. */
  secret(name: string): string;
  plan(text: string): Plan;
  apply(plan: Plan, ...allow: string[]): Promise<ApplyResult>;
  /** Without what other tests have on the shared Kafka. */
  drift(plan: Plan): Promise<Drift>;
  clear(): Promise<void>;
}

export function appsStage(): AppsStage {
  const name = ownName("apps");
  const managed = { access: "managed", principal: `{app}-${name}` } as const;
  const environment = environmentOf({
    rabbitmq: { ...sharedRabbitmq(), ...managed },
    kafka: { ...sharedKafka(), ...managed },
  });
  const secret = (of: string): string => {
    if (of === "NOT_SET") throw new UsageError(`The secret ${of} is not set.`);
    return `${of} of ${name}`;
  };
  let last: Plan = { objects: [] };
  return {
    name,
    user: (app) => `${app}-${name}`,
    secret,
    plan: (text) => planFrom(text, environment),
    apply: (plan, ...allow) => {
      last = plan;
      return applyPlan(plan, environment, secret, { allow, onProgress: () => undefined });
    },
    drift: async (plan) => {
      const found = drift(plan, await observe(plan, environment, secret));
      return { ...found, unmanaged: found.unmanaged.filter(({ key }) => key.includes(name)) };
    },
    clear: async () => {
      const rabbitmq = rabbitmqClient();
      await rabbitmq.deleteVhost(name);
      for (const user of await rabbitmq.access.users())
        if (user.name.endsWith(name)) await rabbitmq.access.deleteUser(user.name);
      rabbitmq.close();
      const kafka = await kafkaClient();
      await kafka.access.deleteAcls(
        (await kafka.access.acls()).filter(({ resourceName }) => resourceName.startsWith(name)),
      );
      const users = last.objects.flatMap(({ kind, spec }) =>
        kind === "kafka-user" ? [String(spec["name"])] : [],
      );
      if (users.length > 0) await kafka.access.deleteScramUsers(users);
      const topics = (await kafka.topics()).map((topic) => topic.name);
      await kafka.deleteTopics(topics.filter((topic) => topic.startsWith(name)));
      await kafka.close();
    },
  };
}

/** What an apply that went well looks like. */
export const fine = { refused: [], failed: [], problems: [] };

/** A connection of one application. */
export function login(stage: AppsStage, app: string, password: string): Promise<ChannelModel> {
  return connect({
    hostname: "127.0.0.1",
    port: sharedRabbitmq().amqpPort,
    username: stage.user(app),
    password: stage.secret(password),
    vhost: stage.name,
  });
}

/** "allowed", or the code with which the broker closed the channel: 403 is "access refused". */
export async function attempt(
  connection: ChannelModel,
  work: (channel: Channel) => unknown,
): Promise<"allowed" | number> {
  const channel = await connection.createConfirmChannel();
  let refusal: number | undefined;
  channel.on("error", (error: { code?: number }) => (refusal = error.code));
  try {
    await work(channel);
    // The answer to a publication comes only with its confirmation.
    await channel.waitForConfirms();
    await channel.close();
  } catch (error) {
    await expect.poll(() => refusal).toBeDefined();
    if (refusal === undefined) throw error;
  }
  return refusal ?? "allowed";
}
