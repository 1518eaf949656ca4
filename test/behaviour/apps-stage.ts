import { type Channel, type ChannelModel, connect } from "amqplib";
import { expect } from "vitest";
import { applyPlan } from "../../src/apply/apply.ts";
import type { ApplyResult } from "../../src/apply/result.ts";
import type { Environment, ManagedAccess } from "../../src/environment/environment.ts";
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
  /** Gives a secret another value, and returns the old one. */
  changeSecret(name: string): string;
  plan(text: string): Plan;
  apply(plan: Plan, ...allow: string[]): Promise<ApplyResult>;
  /** Applies, and sends the passwords of these users anew. */
  rotate(plan: Plan, ...keys: string[]): Promise<ApplyResult>;
  prune(plan: Plan): Promise<ApplyResult>;
  /** Without what other tests have on the shared Kafka. `access` instead of what the stage has. */
  drift(plan: Plan, access?: ManagedAccess): Promise<Drift>;
  clear(): Promise<void>;
}

export function appsStage(): AppsStage {
  const name = ownName("apps");
  const managed = { access: "managed", principal: `{app}-${name}` } as const;
  const environmentWith = (access: ManagedAccess): Environment =>
    environmentOf({ rabbitmq: { ...sharedRabbitmq(), ...access }, kafka: { ...sharedKafka(), ...access } });
  const environment = environmentWith(managed);
  const changes = new Map<string, number>();
  const secret = (of: string): string => {
    if (of === "NOT_SET") throw new UsageError(`The secret ${of} is not set.`);
    return `${of} of ${name} ${changes.get(of) ?? 0}`;
  };
  let last: Plan = { objects: [] };
  return {
    name,
    user: (app) => `${app}-${name}`,
    secret,
    changeSecret: (of) => {
      const old = secret(of);
      changes.set(of, (changes.get(of) ?? 0) + 1);
      return old;
    },
    plan: (text) => planFrom(text, environment),
    apply: (plan, ...allow) => {
      last = plan;
      return applyPlan(plan, environment, secret, { allow, onProgress: () => undefined });
    },
    rotate: (plan, ...rotate) =>
      applyPlan(plan, environment, secret, { allow: [], rotate, onProgress: () => undefined }),
    prune: (plan) =>
      applyPlan(plan, environment, secret, { allow: [], prune: true, onProgress: () => undefined }),
    drift: async (plan, access = managed) => {
      const found = drift(plan, await observe(plan, environmentWith(access), secret));
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
export function login(stage: AppsStage, app: string, secret: string): Promise<ChannelModel> {
  return loginWith(stage, app, stage.secret(secret));
}

export function loginWith(stage: AppsStage, app: string, password: string): Promise<ChannelModel> {
  return connect({
    hostname: "127.0.0.1",
    port: sharedRabbitmq().amqpPort,
    username: stage.user(app),
    password,
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
