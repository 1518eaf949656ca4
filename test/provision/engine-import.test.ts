import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKubernetesHttp } from "../../src/brokers/kubernetes-http.ts";
import type { RabbitmqState, SandboxState } from "../../src/sandbox/state.ts";
import { available, clusterWith, note as kubernetesNote } from "../patterns/redis/cluster.ts";
import { Deployment, sandboxed, stack, up } from "./deployment.ts";
import { engine, note } from "./engine.ts";
import { exportKafka, exportRabbitmq } from "./exports.ts";
import { head } from "./shop.ts";
import {
  oddNames,
  patternsOfKafka,
  patternsOfRabbitmq,
  rootVhost,
  usersOfKafka,
  usersOfRabbitmq,
  withoutTypes,
} from "./topologies.ts";

const passwords = ["WEB", "WAREHOUSE", "PRICING", "BILLING", "STRANGER"];
const secrets = Object.fromEntries(passwords.map((name) => [name, `a-password-of-${name.toLowerCase()}`]));

interface Report {
  readonly files: readonly string[];
  readonly imported: readonly { readonly key: string }[];
  readonly shown: readonly { readonly key: string; readonly op: string }[];
}

/** Made by `queueform apply`, and then handed over. */
class HandedOver extends Deployment {
  private readonly clusters: string;

  constructor(clusters: string, everything: string) {
    super(clusters, everything);
    this.clusters = clusters;
  }

  async apply(): Promise<void> {
    Object.assign(this.secrets, secrets);
    this.write("stacks/Pulumi.dev.yaml", stack(this.clusters).replace("engine: pulumi", "engine: direct"));
    await this.queueform(["apply", "--env", "dev"]);
  }

  /** Gives the environment to Pulumi, and returns what `import --pulumi` reports. */
  async handOver(): Promise<Report> {
    this.write("stacks/Pulumi.dev.yaml", stack(this.clusters));
    await this.pulumi(["stack", "init", "dev"]);
    for (const [name, value] of Object.entries(secrets)) await this.keepSecret(name, value);
    const { stdout } = await this.runQueueform(["import", "--pulumi", "--env", "dev", "--output", "json"]);
    return JSON.parse(stdout) as Report;
  }

  /** The preview in the words of the report. */
  async shown(variables: Readonly<Record<string, string>> = {}): Promise<{ key: string; op: string }[]> {
    const steps = await this.preview(variables);
    return steps
      .map(({ op, resource }) => ({ op, key: resource.slice(resource.indexOf(" ") + 1) }))
      .toSorted(byKey);
  }
}

const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1);
const told = ({ shown }: Report) => shown.map(({ key, op }) => ({ op, key })).toSorted(byKey);

async function publish({ amqpPort, username, password }: RabbitmqState, queue: string): Promise<void> {
  const connection = await connect({
    hostname: "127.0.0.1",
    port: amqpPort,
    username,
    password,
    vhost: "shop",
  });
  const channel = await connection.createConfirmChannel();
  channel.sendToQueue(queue, Buffer.from("kept"), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function take({ amqpPort, username, password }: RabbitmqState, queue: string): Promise<string> {
  const connection = await connect({
    hostname: "127.0.0.1",
    port: amqpPort,
    username,
    password,
    vhost: "shop",
  });
  const message = await (await connection.createChannel()).get(queue, { noAck: true });
  await connection.close();
  return message === false ? "nothing" : message.content.toString();
}

describe.skipIf(!engine).each([
  ["4", "4.0"],
  ["3.10", "3.10"],
] as const)(`from queueform apply to Pulumi, on a RabbitMQ %s and a Kafka${note}`, (series, version) => {
  let clone: HandedOver;
  let brokers: SandboxState;
  let report: Report;
  let before: unknown;
  const exported = async (): Promise<unknown> => [
    await exportRabbitmq(brokers.rabbitmq!),
    await exportKafka(
      brokers.kafka!,
      passwords.map((name) => name.toLowerCase()),
    ),
  ];

  beforeAll(async () => {
    const managed = "access: managed";
    clone = new HandedOver(
      `${sandboxed("rabbitmq", managed)}, ${sandboxed("kafka", managed)}`,
      usersOfRabbitmq(version),
    );
    clone.write("topology/patterns.yaml", patternsOfRabbitmq(version));
    clone.write("topology/odd.yaml", oddNames);
    clone.write("topology/root.yaml", rootVhost);
    if (series === "3.10") clone.write("topology/old.yaml", withoutTypes);
    clone.write("topology/kafka.yaml", usersOfKafka);
    clone.write("topology/kafka-patterns.yaml", patternsOfKafka);
    brokers = await clone.start(["rabbitmq", "kafka"], series);
    await clone.apply();
    await publish(brokers.rabbitmq!, "fulfil");
    before = await exported();
    report = await clone.handOver();
  });
  afterAll(() => clone.remove());

  test("the report has every object, and says why some are not the same to Pulumi", () => {
    expect(report.imported.length).toBeGreaterThan(100);
    expect(told(report)).toEqual(
      [
        ...["ops", "pricing", "warehouse", "web"].map((name) => ({
          op: "update",
          key: `rabbitmq/main/user/${name}`,
        })),
        ...["billing", "stranger", "web"].map((name) => ({ op: "update", key: `kafka/main/user/${name}` })),
        ...["billing", "web"].map((name) => ({ op: "create", key: `kafka/main/quota/${name}` })),
        { op: "create", key: "rabbitmq/main/odd%2Fü %25x/binding/heads/queue/q ü%25+&=/~4b107fff" },
      ].toSorted(byKey),
    );
  });

  test("the script fills the state, and the preview shows what the report says and nothing else", async () => {
    await clone.script("pulumi-import-dev.sh");
    expect(await clone.shown()).toEqual(told(report));
    expect(await exported()).toEqual(before);
  });

  test("a second run of the script changes nothing", async () => {
    await clone.script("pulumi-import-dev.sh");
    expect(await clone.shown()).toEqual(told(report));
  });

  test("pulumi up keeps what was protected, and a refresh and drift find nothing", async () => {
    const imported = await clone.state();
    await clone.pulumi(up);
    const now = await clone.state();
    const isProtected = (state: typeof now) =>
      report.imported.map(({ key }) => [key, state.get(key)?.protect === true]);
    expect(isProtected(now)).toEqual(isProtected(imported));
    expect(new Set(isProtected(now).map(([, is]) => is))).toEqual(new Set([true, false]));
    expect(await clone.differences()).toEqual([]);
  });

  test("the brokers have what they had, messages included", async () => {
    expect(await exported()).toEqual(before);
    expect(await take(brokers.rabbitmq!, "fulfil")).toBe("kept");
  });

  test("no password can be read in what was said, kept or written", async () => {
    const written = report.files.map((file) => readFileSync(join(clone.directory, file), "utf8")).join();
    for (const password of Object.values(secrets)) {
      expect(await clone.placesOf(password)).toEqual([]);
      expect(written).not.toContain(password);
    }
  });
});

const takeOver = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };

const jobs = `${head}
redis:
  jobs: { on: kubernetes, memory: 512Mi, storage: 8Gi, namespace: shop, createNamespace: true, password: "\${secret:REDIS_PASSWORD}" }
`;

describe.skipIf(!engine || !available)(
  `from queueform apply to Pulumi, on a Kubernetes${note}${kubernetesNote}`,
  () => {
    let clone: HandedOver;
    let kubeconfig: string;
    let report: Report;
    let before: unknown;
    /** What a replaced or rewritten object would have others of. */
    const identities = async (): Promise<unknown> => {
      const http = await openKubernetesHttp(clusterWith(kubeconfig));
      const call = (path: string) => http.call({ method: "GET", path, doing: "read" });
      const lists = (await Promise.all(
        [
          "/api/v1/namespaces/shop/services",
          "/api/v1/namespaces/shop/secrets",
          "/apis/apps/v1/namespaces/shop/statefulsets",
        ].map(call),
      )) as { items: { metadata: Record<string, unknown>; spec?: unknown; data?: unknown }[] }[];
      await http.close();
      return lists.flatMap(({ items }) =>
        items.map(({ metadata: { name, uid, generation }, spec, data }) => ({
          name,
          uid,
          generation,
          spec,
          data,
        })),
      );
    };

    beforeAll(async () => {
      clone = new HandedOver(
        `${sandboxed("kubernetes", "await: false")}, redis: { jobs: { endpoint: "redis://127.0.0.1:1", password: "\${secret:REDIS_PASSWORD}", reach: none } }`,
        jobs,
      );
      kubeconfig = (await clone.start(["kubernetes"])).kubernetes!.kubeconfig;
      await clone.apply();
      before = await identities();
      report = await clone.handOver();
    });
    afterAll(() => clone.remove());

    test("what the API server fills with defaults is left to be taken over", () => {
      const kindsIn = (objects: readonly { key: string }[]) =>
        objects.map(({ key }) => key.split("/")[2]).toSorted();
      expect(kindsIn(report.imported)).toEqual([
        "ConfigMap",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Secret",
      ]);
      expect(kindsIn(report.shown)).toEqual(["Namespace", "Service", "Service", "StatefulSet"]);
    });

    test("the script fills the state, and the preview shows what the report says and nothing else", async () => {
      expect(await clone.script("pulumi-import-dev.sh")).not.toMatch(/already exists/);
      expect(await clone.shown(takeOver)).toEqual([
        { op: "update", key: "kubernetes/main" },
        ...told(report),
      ]);
      expect(await identities()).toEqual(before);
    });

    test("pulumi up takes the rest over in place, and nothing is different after it", async () => {
      await clone.pulumi(up, takeOver);
      // The provider remembers that it was told to, until it isn't any more.
      await clone.pulumi(up);
      expect(await identities()).toEqual(before);
      expect(await clone.differences()).toEqual([]);
    });

    test("the password can't be read in what was said, kept or written", async () => {
      expect(await clone.placesOf("correct horse battery staple")).toEqual([]);
    });
  },
);
