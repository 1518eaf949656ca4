// From nothing to brokers that hold the example, by the same commands that a person would type.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { KafkaClient } from "../src/brokers/kafka.ts";
import { sandboxDirectory } from "../src/environment/read.ts";
import { count } from "../src/report/style.ts";
import { readSandbox } from "../src/sandbox/state.ts";

const project = join(import.meta.dirname, "..");
const binary = join(project, "bin/queueform.mjs");

function queueform(...args: string[]): void {
  process.stdout.write(`\n$ npx queueform ${args.join(" ")}\n`);
  const { status, signal } = spawnSync(process.execPath, [binary, ...args], {
    stdio: "inherit",
    cwd: join(import.meta.dirname, ".."),
  });
  if (status === 0) return;
  process.stdout.write(
    `\nThe quickstart stopped: the command above ended with ${signal ?? `exit code ${status}`}.\n`,
  );
  process.exit(status ?? 1);
}

queueform("validate");
queueform("sandbox", "up");
queueform("apply", "--env", "sandbox");
queueform("target", "--env", "sandbox");
await showBrokers();
queueform("drift", "--env", "sandbox");

/** Asks the brokers themselves, not Queueform, so that the reader sees what there really is. */
async function showBrokers(): Promise<void> {
  const state = readSandbox(sandboxDirectory(project, "sandbox"));
  if (!state?.rabbitmq || !state.kafka) return;
  const { endpoint, username, password } = state.rabbitmq;
  const list = async (what: string): Promise<string> => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const response = await fetch(`${endpoint}/api/${what}/shop`, { headers: { authorization } });
    const found = (await response.json()) as { name: string }[];
    const names = found.map(({ name }) => name).filter((name) => name !== "" && !name.startsWith("amq."));
    return names.toSorted().join(", ");
  };
  const kafka = await KafkaClient.connect({ bootstrap: state.kafka.bootstrap, tls: false });
  const topics = (await kafka.topics())
    .filter(({ internal }) => !internal)
    .map(({ name, partitions }) => `${name} (${count(partitions.length, "partition")})`);
  await kafka.close();
  process.stdout.write(`
On RabbitMQ, in the vhost shop
  exchanges  ${await list("exchanges")}
  queues     ${await list("queues")}
On Kafka
  topics     ${topics.toSorted().join(", ")}
`);
}

process.stdout.write(`
The brokers above now hold what topology/ says. Things to try next:

  edit topology/orders.yaml, then
    npx queueform validate                    is it right?
    npx queueform diff                        what would the change do?
    npx queueform apply --env sandbox         do it

  npx queueform sandbox down                  stop the brokers and delete their data

For environments that people share, Pulumi keeps state, history and secrets. A first one on this machine:

    npx queueform sandbox up --env dev        a second set of brokers: the two engines never share one
    export PULUMI_CONFIG_PASSPHRASE=          (empty is for dev only)
    npx pulumi stack init dev
    npx pulumi up -s dev
    npx queueform apply --env dev --only redis-content

README.md says how to point staging and prod at your own brokers.
`);
