import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { provision } from "../../src/provision/provision.ts";
import { UsageError } from "../../src/topology/files.ts";
import { run } from "./monitor.ts";
import { environment, lookup, planFrom } from "./plans.ts";

const head = "apiVersion: queueform/v1\ndomain: shop\n";
const rabbitmq = `${head}rabbitmq: { queues: { q: {} } }\n`;
const kafka = `${head}kafka: { topics: { t: { partitions: 1 } } }\n`;

const missing = (name: string): string => {
  throw new UsageError(`The secret ${name} is not set.`);
};

const provider = async (
  broker: "rabbitmq" | "kafka",
  changes: Parameters<typeof environment>[0] = {},
): Promise<Record<string, unknown>> => {
  const plan = planFrom({ "shop.yaml": broker === "rabbitmq" ? rabbitmq : kafka });
  const { registered, failure } = await run(() => provision(plan, environment(changes), lookup));
  if (failure) throw failure;
  const [first] = registered;
  expect(first).toMatchObject({ type: `pulumi:providers:${broker}`, name: `${broker}/main` });
  return first!.inputs;
};

test.each([
  ["http://127.0.0.1:15672/", "http://127.0.0.1:15672"],
  ["https://example.com/rabbit//", "https://example.com/rabbit"],
  ["https://example.com/rabbit", "https://example.com/rabbit"],
])("trailing slash: %s is given as %s", async (endpoint, expected) => {
  expect((await provider("rabbitmq", { rabbitmq: { endpoint } }))["endpoint"]).toBe(expected);
});

test("environment variables can't switch the check of certificates off", async () => {
  process.env["RABBITMQ_INSECURE"] = "true";
  process.env["KAFKA_SKIP_VERIFY"] = "true";
  try {
    expect((await provider("rabbitmq"))["insecure"]).toBe("false");
    expect((await provider("kafka"))["skipTlsVerify"]).toBe("false");
  } finally {
    delete process.env["RABBITMQ_INSECURE"];
    delete process.env["KAFKA_SKIP_VERIFY"];
  }
});

test.each([true, false])("tlsEnabled: %s is said outright", async (tls) => {
  expect((await provider("kafka", { kafka: { tls } }))["tlsEnabled"]).toBe(String(tls));
});

test("timeout: said outright, since no environment variable sets it", async () => {
  expect((await provider("kafka"))["timeout"]).toBe("60");
});

test.each([
  ["plain", "plain"],
  ["scram-sha-256", "scram-sha256"],
  ["scram-sha-512", "scram-sha512"],
] as const)("SASL: the provider's word for %s is %s", async (mechanism, expected) => {
  const sasl = { mechanism, username: "queueform", password: "${secret:KAFKA_PASSWORD}" };
  expect(await provider("kafka", { kafka: { sasl } })).toMatchObject({
    saslMechanism: expected,
    saslUsername: "queueform",
  });
});

test("secrets: passwords arrive as secrets, whether they are referred to or come from a sandbox", async () => {
  const sasl = { mechanism: "plain", username: "queueform", password: "${secret:KAFKA_PASSWORD}" } as const;
  expect((await provider("rabbitmq"))["password"]).toEqual({ secret: "value of RABBITMQ_PASSWORD" });
  expect((await provider("rabbitmq", { rabbitmq: { password: "made up" } }))["password"]).toEqual({
    secret: "made up",
  });
  expect((await provider("kafka", { kafka: { sasl } }))["saslPassword"]).toEqual({
    secret: "value of KAFKA_PASSWORD",
  });
});

test("secrets: one that is not set stops the run before anything is registered", async () => {
  const plan = planFrom({ "shop.yaml": rabbitmq });
  const { registered, failure } = await run(() => provision(plan, environment(), missing));
  expect(failure).toEqual(new UsageError("The secret RABBITMQ_PASSWORD is not set."));
  expect(registered).toEqual([]);
});

test.each(["rabbitmq", "kafka"] as const)(
  "a certificate file of %s that can't be read stops the run, also where nobody asked the broker before",
  async (broker) => {
    const cluster = { reach: "none", caFile: "no/such/file.pem" } as const;
    await expect(provider(broker, { [broker]: cluster })).rejects.toThrow(
      new UsageError(
        'The certificate file "no/such/file.pem" can\'t be read (ENOENT). Correct "caFile" in the stack file; it is relative to the project folder.',
      ),
    );
  },
);

test("SDKs: a topology without Kafka and Kubernetes loads neither", () => {
  const script = `
    import { createRequire } from "node:module";
    import { provision } from "./src/provision/provision.ts";
    import { run } from "./test/provision/monitor.ts";
    import { environment, lookup, planFrom } from "./test/provision/plans.ts";
    const plan = planFrom({ "shop.yaml": ${JSON.stringify(rabbitmq)} });
    const { failure } = await run(() => provision(plan, environment(), lookup));
    if (failure) throw failure;
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(["rabbitmq", "kafka", "kubernetes"].filter((sdk) => loaded.some((path) => path.includes("/@pulumi/" + sdk + "/"))).join());
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: join(import.meta.dirname, "../.."),
    encoding: "utf8",
  });
  expect(output.trim()).toBe("rabbitmq");
});
