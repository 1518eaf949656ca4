import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Part, SandboxState } from "../../src/sandbox/sandbox.ts";
import { Deployment, sandboxed, stack, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { exportKafka, exportRabbitmq } from "./exports.ts";
import { patternsOfKafka, patternsOfRabbitmq, usersOfKafka, usersOfRabbitmq } from "./topologies.ts";

const passwords = ["WEB", "WAREHOUSE", "PRICING", "BILLING", "STRANGER"];
const secrets = Object.fromEntries(passwords.map((name) => [name, `a-password-of-${name.toLowerCase()}`]));
const users = passwords.map((name) => name.toLowerCase());

/** The same files, for Pulumi on one set of brokers and for `queueform apply` on another. */
class Twins {
  private clone!: Deployment;
  private readonly states: SandboxState[] = [];
  private readonly patterns: string;

  constructor(part: Part, series: "4" | "3.10", apps: string, patterns: string) {
    this.patterns = patterns;
    const clusters = sandboxed(part, "access: managed");
    beforeAll(async () => {
      this.clone = new Deployment(clusters, apps);
      this.clone.write("topology/patterns.yaml", patterns);
      this.clone.write(
        "stacks/Pulumi.direct.yaml",
        stack(clusters).replace("engine: pulumi", "engine: direct"),
      );
      for (const environment of ["dev", "direct"])
        this.states.push(await this.clone.start([part], series, environment));
      expect(await this.clone.create(secrets)).toEqual([]);
      await this.apply();
    });
    afterAll(() => this.clone.remove());
  }

  private apply(): Promise<string> {
    return this.clone.queueform(["apply", "--env", "direct"]);
  }

  /** Changes the files, then the brokers through both engines. */
  async change(inApps: [from: string, to: string], inPatterns: [from: string, to: string]): Promise<void> {
    this.clone.change(...inApps);
    expect(this.patterns).toContain(inPatterns[0]);
    this.clone.write("topology/patterns.yaml", this.patterns.replace(...inPatterns));
    await this.clone.pulumi(up);
    await this.apply();
  }

  /** What Pulumi's brokers have, and what those of `apply` have. */
  async exports(
    of: (state: SandboxState) => Promise<unknown>,
  ): Promise<{ pulumi: unknown; direct: unknown }> {
    const [pulumi, direct] = await Promise.all(this.states.map(of));
    return { pulumi, direct };
  }
}

describe.skipIf(!engine).each([
  ["4", "4.0"],
  ["3.10", "3.10"],
] as const)(`on a RabbitMQ %s, pulumi up and queueform apply leave the same${note}`, (series, version) => {
  const twins = new Twins("rabbitmq", series, usersOfRabbitmq(version), patternsOfRabbitmq(version));
  const exports = () => twins.exports(({ rabbitmq }) => exportRabbitmq(rabbitmq!));

  test("where there was nothing", async () => {
    const { pulumi, direct } = await exports();
    expect(pulumi).toHaveProperty("users.length", 5);
    expect(pulumi).toEqual(direct);
  });

  test("after a change in place", async () => {
    await twins.change(
      ["keys: [order.created]", 'keys: [order.created, "#.urgent"]'],
      ["limit: { messages: 1000,", "limit: { messages: 2000,"],
    );
    const { pulumi, direct } = await exports();
    expect(pulumi).toEqual(direct);
  });
});

describe.skipIf(!engine)(`on a Kafka, pulumi up and queueform apply leave the same${note}`, () => {
  const twins = new Twins("kafka", "4", usersOfKafka, patternsOfKafka);
  const exports = () => twins.exports(({ kafka }) => exportKafka(kafka!, users));

  test("where there was nothing", async () => {
    const { pulumi, direct } = await exports();
    expect(pulumi).toHaveProperty("users.length", 3);
    expect(pulumi).toEqual(direct);
  });

  test("after a change in place", async () => {
    await twins.change(
      ["requestPercent: 12.5", "requestPercent: 25, consumerBytes: 1Mi"],
      ["retention: 7d", "retention: 1d"],
    );
    const { pulumi, direct } = await exports();
    expect(pulumi).toEqual(direct);
  });
});
