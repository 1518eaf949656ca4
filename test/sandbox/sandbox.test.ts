import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDirectory } from "../../src/sandbox/cache.ts";
import { hasKubernetes } from "../../src/sandbox/native/kubernetes.ts";
import {
  readSandbox,
  SandboxError,
  type SandboxState,
  sandboxStatus,
  startSandbox,
  stopSandbox,
} from "../../src/sandbox/sandbox.ts";
import { listeningAddresses } from "./listening.ts";

const isRoot = process.getuid?.() === 0;
const redisConf =
  "bind 0.0.0.0\nport 6379\ndir /data\nappendonly yes\nmaxmemory 48mb\nmaxmemory-policy noeviction\n";
const base = mkdtempSync(join(tmpdir(), "queueform-sandbox-"));

afterAll(() => rmSync(base, { recursive: true, force: true }));

function pidsOf(directory: string): Record<string, number> {
  const files = readdirSync(join(directory, "run"));
  const pidIn = (file: string): number =>
    Number.parseInt(readFileSync(join(directory, "run", file), "utf8"), 10);
  return Object.fromEntries(files.map((file) => [file.replace(".pid", ""), pidIn(file)]));
}

function isAlive(pid: number): boolean {
  // One whose parent hasn't taken note of its end yet (state Z) has ended all the same.
  return existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

async function whoAmI(
  { rabbitmq }: SandboxState,
  path = "whoami",
): Promise<{ name: string; tags: string[] }> {
  const { endpoint, username, password } = rabbitmq!;
  const authorization = `Basic ${btoa(`${username}:${password}`)}`;
  const response = await fetch(`${endpoint}/api/${path}`, { headers: { authorization } });
  return (await response.json()) as { name: string; tags: string[] };
}

async function withKafka<T>({ kafka }: SandboxState, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ clientId: "sandbox-test", bootstrapBrokers: kafka!.bootstrap });
  return use(admin).finally(() => admin.close());
}

async function withRedis<T>({ redis }: SandboxState, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ host: redis!.host, port: redis!.port });
  return use(client).finally(() => client.disconnect());
}

describe.skipIf(!isRoot)("brokers as processes of this machine (skipped without root)", () => {
  const directory = join(base, "brokers");
  const request = { directory, parts: ["rabbitmq", "kafka", "redis"], mode: "native", redisConf } as const;
  const start = (change: { redisConf?: string } = {}): Promise<SandboxState> =>
    startSandbox({ ...request, parts: [...request.parts], ...change });
  let state: SandboxState;

  beforeAll(async () => {
    state = await start();
  }, 600_000);

  afterAll(() => stopSandbox(directory));

  test("RabbitMQ has one user, ours, and it's an administrator", async () => {
    expect(await whoAmI(state)).toMatchObject({ name: "queueform", tags: ["administrator"] });
    expect(await whoAmI(state, "users")).toMatchObject([{ name: "queueform" }]);
    expect(state.rabbitmq!.version).toMatch(/^4\./);
  });

  test("Kafka is the cluster that the state says, and takes topics at once", async () => {
    const metadata = await withKafka(state, async (admin) => {
      await admin.createTopics({ topics: ["kept"], partitions: 2, replicas: 1 });
      return admin.metadata({ topics: ["kept"] });
    });
    expect(metadata.id).toBe(state.kafka!.identity);
    expect(metadata.topics.get("kept")?.partitionsCount).toBe(2);
  });

  test("Redis runs the given redis.conf, but on our address, port and folder", async () => {
    const [pong, memory, folder] = await withRedis(state, async (client) => [
      await client.ping(),
      await client.config("GET", "maxmemory"),
      await client.set("kept", "yes"),
    ]);
    expect([pong, memory, folder]).toEqual(["PONG", ["maxmemory", String(48 * 1024 * 1024)], "OK"]);
    expect(readdirSync(state.redis!.directory)).toContain("appendonlydir");
  });

  test("nothing listens on other addresses than those of this machine alone", () => {
    const addresses = Object.values(pidsOf(directory)).flatMap(listeningAddresses);
    expect(addresses.length).toBeGreaterThanOrEqual(7);
    expect(new Set(addresses)).toEqual(new Set(addresses.filter((at) => at === "127.0.0.1" || at === "::1")));
  });

  test("the state is for its owner's eyes only, and is what was returned", () => {
    expect(statSync(join(directory, "state.json")).mode & 0o777).toBe(0o600);
    expect(readSandbox(directory)).toEqual(state);
  });

  test("a second start keeps what runs", async () => {
    const before = pidsOf(directory);
    const began = Date.now();
    expect(await start()).toEqual(state);
    expect(pidsOf(directory)).toEqual(before);
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  test("a broker that was killed is reported, and the next start brings it back with its data", async () => {
    const before = pidsOf(directory);
    process.kill(before["kafka"]!, "SIGKILL");
    while (isAlive(before["kafka"]!)) await sleep(10);
    expect(await sandboxStatus(directory)).toMatchObject({
      running: ["rabbitmq", "redis"],
      stopped: ["kafka"],
    });
    expect(await start()).toEqual(state);
    const { kafka, ...others } = pidsOf(directory);
    expect({ ...others, kafka: before["kafka"] }).toEqual(before);
    expect(isAlive(kafka!)).toBe(true);
    expect(await withKafka(state, (admin) => admin.listTopics())).toContain("kept");
  });

  test("another redis.conf restarts Redis alone, on its port and with its data", async () => {
    const before = pidsOf(directory);
    expect(await start({ redisConf: redisConf.replace("48mb", "64mb") })).toEqual(state);
    const { redis, ...others } = pidsOf(directory);
    expect({ ...others, redis: before["redis"] }).toEqual(before);
    expect(redis).not.toBe(before["redis"]);
    const values = await withRedis(state, async (client) => [
      await client.get("kept"),
      await client.config("GET", "maxmemory"),
    ]);
    expect(values).toEqual(["yes", ["maxmemory", String(64 * 1024 * 1024)]]);
  });

  test("RabbitMQ 3.10 runs beside it, and its data is not given to another series", async () => {
    const old = { directory: join(base, "old"), parts: ["rabbitmq" as const], mode: "native" as const };
    try {
      const oldState = await startSandbox({ ...old, rabbitmqVersion: "3.10" });
      expect(oldState.rabbitmq!.version).toMatch(/^3\.10\./);
      expect(oldState.rabbitmq!.identity).not.toBe(state.rabbitmq!.identity);
      expect(await whoAmI(oldState)).toMatchObject({ tags: ["administrator"] });
      expect(await whoAmI(state)).toMatchObject({ name: "queueform" });
      await expect(startSandbox({ ...old, rabbitmqVersion: "4" })).rejects.toThrow(SandboxError);
      expect((await sandboxStatus(old.directory)).running).toEqual(["rabbitmq"]);
    } finally {
      await stopSandbox(old.directory);
    }
  }, 600_000);

  test("what was stopped with its data comes back as it was", async () => {
    expect(await stopSandbox(directory, { keepData: true })).toEqual(["rabbitmq", "kafka", "redis"]);
    expect(await sandboxStatus(directory)).toMatchObject({
      running: [],
      stopped: ["rabbitmq", "kafka", "redis"],
    });
    expect(await start()).toEqual(state);
    expect(await withKafka(state, (admin) => admin.listTopics())).toContain("kept");
    expect(await withRedis(state, (client) => client.get("kept"))).toBe("yes");
  });

  test("one part can be stopped, and the others stay", async () => {
    expect(await stopSandbox(directory, { parts: ["redis"] })).toEqual(["redis"]);
    expect(readSandbox(directory)).not.toHaveProperty("redis");
    expect((await sandboxStatus(directory)).running).toEqual(["rabbitmq", "kafka"]);
  });

  test("stop leaves no process, no mount and no file, and a second stop finds nothing to do", async () => {
    const pids = Object.values(pidsOf(directory));
    expect(await stopSandbox(directory)).toEqual(["rabbitmq", "kafka"]);
    expect(pids.filter(isAlive)).toEqual([]);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8");
    expect([base, cacheDirectory()].filter((place) => mounts.includes(place))).toEqual([]);
    expect(existsSync(directory)).toBe(false);
    expect(await stopSandbox(directory)).toEqual([]);
    expect(existsSync(directory)).toBe(false);
  });
});

test.skipIf(!isRoot)(
  "a start that is killed is finished by the next one (skipped without root)",
  async () => {
    const directory = join(base, "killed");
    const sandbox = JSON.stringify(resolve("src/sandbox/sandbox.ts"));
    const program = `
    import { startSandbox } from ${sandbox};
    await startSandbox({ directory: ${JSON.stringify(directory)}, parts: ["rabbitmq"], mode: "native" });`;
    const starter = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], {
      stdio: "ignore",
    });
    const record = join(directory, "run", "rabbitmq.pid");
    while (!existsSync(record) || readFileSync(record, "utf8") === "") await sleep(20);
    starter.kill("SIGKILL");
    const orphan = pidsOf(directory)["rabbitmq"]!;
    try {
      const state = await startSandbox({ directory, parts: ["rabbitmq"], mode: "native" });
      expect(isAlive(orphan)).toBe(false);
      expect(await whoAmI(state)).toMatchObject({ name: "queueform" });
    } finally {
      await stopSandbox(directory);
    }
  },
);

test.skipIf(!hasKubernetes())(
  "Kubernetes deletes what it is told to (skipped until it was built)",
  async () => {
    const directory = join(base, "kubernetes");
    try {
      const state = await startSandbox({ directory, parts: ["kubernetes"], mode: "native" });
      const { KubeConfig, CoreV1Api } = await import("@kubernetes/client-node");
      const config = new KubeConfig();
      config.loadFromFile(state.kubernetes!.kubeconfig);
      const core = config.makeApiClient(CoreV1Api);
      const system = await core.readNamespace({ name: "kube-system" });
      expect(system.metadata?.uid).toBe(state.kubernetes!.identity);
      const owned = { metadata: { name: "owned" } };
      await core.createNamespacedConfigMap({ namespace: "default", body: owned });
      await core.deleteNamespacedConfigMap({
        name: "owned",
        namespace: "default",
        propagationPolicy: "Foreground",
      });
      const left = async (): Promise<string[]> =>
        (await core.listNamespacedConfigMap({ namespace: "default" })).items.map(
          ({ metadata }) => metadata!.name!,
        );
      while ((await left()).includes("owned")) await sleep(50);
      expect((await sandboxStatus(directory)).running).toEqual(["kubernetes"]);
      expect(Object.values(pidsOf(directory)).flatMap(listeningAddresses)).not.toContain("0.0.0.0");
    } finally {
      expect(await stopSandbox(directory)).toEqual(["kubernetes"]);
    }
  },
);
