import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/environment/environment.ts";
import { checkTargets } from "../../src/live/targets.ts";
import { UsageError } from "../../src/topology/files.ts";
import type { Source } from "../../src/topology/mark.ts";
import { environmentOf, noSecrets, planFrom } from "../brokers/project.ts";
import { freePort, serve } from "../brokers/relays.ts";
import { ownRabbitmq, sharedKafka, sharedRabbitmq } from "../brokers/sandboxes.ts";

const plan = planFrom(`
rabbitmq: { vhost: v, queues: { q: {} } }
kafka: { topics: { t: { partitions: 1 } } }
`);
const onlyRabbitmq = planFrom("rabbitmq: { vhost: v, queues: { q: {} } }");

test("tells who each cluster is", async () => {
  const environment = environmentOf({ rabbitmq: sharedRabbitmq(), kafka: sharedKafka() });
  expect(await checkTargets(environment, plan, noSecrets)).toEqual([
    {
      broker: "kafka",
      cluster: "main",
      identity: sharedKafka().identity,
      version: expect.stringMatching(/^\d+\.\d+$/),
    },
    {
      broker: "rabbitmq",
      cluster: "main",
      identity: sharedRabbitmq().identity,
      version: sharedRabbitmq().version,
    },
  ]);
});

test("asks only the clusters that the plan uses", async () => {
  const environment = environmentOf({ rabbitmq: sharedRabbitmq(), kafka: { bootstrap: ["127.0.0.1:1"] } });
  expect(await checkTargets(environment, onlyRabbitmq, noSecrets)).toMatchObject([{ broker: "rabbitmq" }]);
});

describe("a cluster that is not the one that is meant", () => {
  test.each(["rabbitmq", "kafka"] as const)("is told apart by its identity: %s", async (broker) => {
    const environment = environmentOf({
      rabbitmq: {
        ...sharedRabbitmq(),
        identity: broker === "rabbitmq" ? "another" : sharedRabbitmq().identity,
      },
      kafka: { ...sharedKafka(), identity: broker === "kafka" ? "another" : sharedKafka().identity },
    });
    const targets = await checkTargets(environment, plan, noSecrets);
    expect(targets.filter(({ problem }) => problem !== undefined)).toMatchObject([{ broker }]);
    const { problem } = targets.find((target) => target.broker === broker)!;
    const found = broker === "kafka" ? sharedKafka().identity : sharedRabbitmq().identity;
    expect(problem).toContain(`"${found}"`);
    expect(problem).toMatch(/stacks\/Pulumi\.test\.yaml expects "another"/);
    expect(problem).toMatch(/look deleted/);
  });

  test("must be pinned where Pulumi is the engine", async () => {
    const { identity: _, ...unpinned } = sharedRabbitmq();
    const [target] = await checkTargets(
      environmentOf({ rabbitmq: unpinned, engine: "pulumi" }),
      onlyRabbitmq,
      noSecrets,
    );
    expect(target?.problem).toContain(`identity: ${sharedRabbitmq().identity}`);
    expect(target?.problem).toContain("stacks/Pulumi.test.yaml");
    const [direct] = await checkTargets(environmentOf({ rabbitmq: unpinned }), onlyRabbitmq, noSecrets);
    expect(direct).toEqual({
      broker: "rabbitmq",
      cluster: "main",
      identity: sharedRabbitmq().identity,
      version: sharedRabbitmq().version,
    });
  });
});

const problemOf = async (environment: Environment): Promise<string | undefined> =>
  (await checkTargets(environment, onlyRabbitmq, noSecrets))[0]?.problem;

const written = (text: string): Environment["clusters"]["rabbitmq"] => {
  const source: Source = { path: "stacks/Pulumi.test.yaml", text };
  const mark = { source, start: 0, end: text.length };
  return new Map([["main", { name: "main", mark, reach: "none", endpoint: "", username: "", password: "" }]]);
};

const nothingSet = (name: string): string => {
  throw new UsageError(`The secret ${name} is not set.`);
};

// Sends a byte now and then, so that the connection never looks idle.
const drip = (socket: Socket): void => {
  const timer = setInterval(() => socket.write(" "), 500);
  socket.on("close", () => clearInterval(timer));
};

describe("a cluster that can't be asked", () => {
  test("is missing in the stack file", async () => {
    const problem = await problemOf(environmentOf({}));
    expect(problem).toMatch(/stacks\/Pulumi\.test\.yaml doesn't say where it is.*"main: \{ endpoint:/);
  });

  test("is a sandbox that does not run", async () => {
    const environment = environmentOf({});
    const problem = await problemOf({
      ...environment,
      clusters: { ...environment.clusters, rabbitmq: written('"${sandbox:rabbitmq}"') },
    });
    expect(problem).toMatch(/queueform sandbox up --env test/);
  });

  test("is out of reach on purpose, which is no problem", async () => {
    const environment = environmentOf({});
    const clusters = { ...environment.clusters, rabbitmq: written("{ endpoint: http://x, reach: none }") };
    const [target] = await checkTargets({ ...environment, clusters }, onlyRabbitmq, noSecrets);
    expect(target).toEqual({
      broker: "rabbitmq",
      cluster: "main",
      skipped: expect.stringMatching(/reach: none/),
    });
  });

  test("needs a secret that is not set, which is wrong usage and stops before anything is asked", async () => {
    const { password: _, ...rest } = sharedRabbitmq();
    const environment = environmentOf({ rabbitmq: { ...rest, password: "${secret:RABBITMQ_PASSWORD}" } });
    await expect(checkTargets(environment, onlyRabbitmq, nothingSet)).rejects.toThrow(UsageError);
    const right = await checkTargets(environment, onlyRabbitmq, () => sharedRabbitmq().password);
    expect(right[0]?.problem).toBeUndefined();
  });

  test("names a certificate file that is not there", async () => {
    const problem = await problemOf(
      environmentOf({ rabbitmq: { ...sharedRabbitmq(), caFile: "no/such/file.pem" } }),
    );
    expect(problem).toMatch(/"no\/such\/file\.pem" can't be read/);
  });

  test("refuses the login", async () => {
    const problem = await problemOf(
      environmentOf({ rabbitmq: { ...sharedRabbitmq(), password: "mistyped" } }),
    );
    expect(problem).toMatch(/refuses the login/);
    expect(problem).not.toContain("mistyped");
  });

  test("is down", async () => {
    const port = await freePort();
    const environment = environmentOf({
      rabbitmq: { endpoint: `http://127.0.0.1:${port}` },
      kafka: { bootstrap: [`127.0.0.1:${port}`] },
    });
    const start = Date.now();
    const targets = await checkTargets(environment, plan, noSecrets);
    expect(targets.map(({ problem }) => problem)).toEqual([
      expect.stringMatching(/refused/),
      expect.stringMatching(/refused/),
    ]);
    expect(Date.now() - start).toBeLessThan(5000);
  });

  test.concurrent.each([
    ["says nothing", () => {}],
    ["says a little now and then", drip],
  ])("hangs and %s: given up within ten seconds", async (_name, answer) => {
    const { address, close } = await serve(answer);
    const environment = environmentOf({
      rabbitmq: { endpoint: `http://${address}` },
      kafka: { bootstrap: [address, address] },
    });
    const start = Date.now();
    const targets = await checkTargets(environment, plan, noSecrets);
    expect(Date.now() - start).toBeLessThan(10_000);
    for (const { problem } of targets) expect(problem).toMatch(/./);
    await close();
  });
});

test("two clusters of one broker are asked at the same time, each about itself", async () => {
  const other = await ownRabbitmq("4");
  try {
    const both = planFrom("rabbitmq: { cluster: second, vhost: v, queues: { q: {} } }");
    const environment = environmentOf({ rabbitmq: sharedRabbitmq() });
    const second = environmentOf({ rabbitmq: other.rabbitmq }).clusters.rabbitmq.get("main")!;
    const rabbitmq = new Map([...environment.clusters.rabbitmq, ["second", { ...second, name: "second" }]]);
    const objects = [...both.objects, ...onlyRabbitmq.objects];
    const targets = await checkTargets(
      { ...environment, clusters: { ...environment.clusters, rabbitmq } },
      { objects },
      noSecrets,
    );
    expect(targets).toMatchObject([
      { cluster: "second", identity: other.rabbitmq.identity },
      { cluster: "main", identity: sharedRabbitmq().identity },
    ]);
  } finally {
    await other.stop();
  }
});
