import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { applyPlan } from "../../../src/apply/apply.ts";
import type { Environment } from "../../../src/environment/environment.ts";
import { type Drift, drift } from "../../../src/live/drift.ts";
import { observe } from "../../../src/live/observe.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { RabbitmqState } from "../../../src/sandbox/state.ts";
import { publish } from "../../brokers/amqp.ts";
import { environmentOf, planFrom } from "../../brokers/project.ts";
import { ownRabbitmq, rabbitmqClient, sharedRabbitmq } from "../../brokers/sandboxes.ts";
import { type Call, linesOf, managementOf } from "./by-hand.ts";
import { cases, name, secret, topology } from "./rabbitmq-cases.ts";

/** Digests and lists of rights would only repeat what the compiler says. */
const shortened = (line: string): string =>
  line
    .replace(`rabbitmq/main/`, "")
    .replace(/~[0-9a-f]{8}$/, "~DIGEST")
    .replace(/^(changed topic-permission\S* rights).*/, "$1");

describe.each(["4", "3.10"] as const)("by hand on RabbitMQ %s", (series) => {
  let rabbitmq: RabbitmqState;
  let stop: () => Promise<void> = () => Promise.resolve();
  let environment: Environment;
  let plan: Plan;
  let call: Call;

  const look = async (): Promise<Drift> => drift(plan, await observe(plan, environment, secret));
  const mend = async (): Promise<void> => {
    const found = await look();
    const allow = [...found.changed, ...found.unmanaged].map(({ key }) => key);
    await applyPlan(plan, environment, secret, { allow, onProgress: () => undefined });
    expect(linesOf(await look(), "")).toEqual([]);
  };

  beforeAll(async () => {
    if (series === "4") rabbitmq = sharedRabbitmq();
    else ({ rabbitmq, stop } = await ownRabbitmq(series));
    environment = environmentOf({
      rabbitmq: { ...rabbitmq, access: "managed", principal: `{app}-${name}` },
    });
    plan = planFrom(topology, environment);
    call = managementOf(rabbitmq, name);
    await mend();
  });
  afterEach(async () => {
    // The only thing that apply can't take away: nobody can declare one.
    await call("DELETE", "operator-policies/%/limits").catch(() => undefined);
    await mend();
  });
  afterAll(async () => {
    const client = rabbitmqClient(rabbitmq);
    await client.deleteVhost(name);
    for (const user of await client.access.users())
      if (user.name.includes(name)) await client.access.deleteUser(user.name);
    client.close();
    await stop();
  });

  test("messages and consumers are counted as on newer brokers", async () => {
    const client = rabbitmqClient(rabbitmq);
    await publish(name, "plain", ["one"], rabbitmq);
    await expect
      .poll(async () => (await client.queueCounts(name))?.get("plain"), { timeout: 30_000 })
      .toEqual({ messages: 1, consumers: 0 });
    expect((await client.nodes()).map(({ running }) => running)).toEqual([true]);
    client.close();
  });

  const here = cases
    .filter(([, , , notOnOld]) => series === "4" || notOnOld === undefined)
    .map(([what, tamper, lines]) => ({ what, tamper, lines }));
  test.each(here)("$what", async ({ tamper, lines }) => {
    await tamper(call);
    const seen = linesOf(await look(), `rabbitmq/main/${name}/`).map(shortened);
    expect(seen.toSorted()).toEqual(lines.toSorted());
  });
});
