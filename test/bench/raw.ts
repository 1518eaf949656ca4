// The floor: the brokers' own bulk calls with the objects of a saved plan, as one process and nothing else.
//   node raw.ts create|read PLAN.json STATE.json
import { readFileSync } from "node:fs";
import { KafkaClient, type NewTopic } from "../../src/brokers/kafka.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { SandboxState } from "../../src/sandbox/state.ts";

const [verb, planFile, stateFile] = process.argv.slice(2);
const state = JSON.parse(readFileSync(stateFile!, "utf8")) as Required<SandboxState>;
const specs = (plan: Plan, kind: string): Record<string, unknown>[] =>
  plan.objects.filter((object) => object.kind === kind).map(({ spec }) => spec);

async function management(method: string, path: string, body?: unknown): Promise<string> {
  const { endpoint, username, password } = state.rabbitmq;
  const response = await fetch(`${endpoint}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
      "content-type": "application/json",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.text();
}

async function create(plan: Plan): Promise<void> {
  const definitions = {
    policies: specs(plan, "rabbitmq-policy").map(({ applyTo, vhost: _, ...policy }) => ({
      ...policy,
      "apply-to": applyTo,
    })),
    exchanges: specs(plan, "rabbitmq-exchange").map(({ autoDelete, vhost: _, ...exchange }) => ({
      ...exchange,
      auto_delete: autoDelete,
    })),
    queues: specs(plan, "rabbitmq-queue").map(({ autoDelete, vhost: _, ...queue }) => ({
      ...queue,
      auto_delete: autoDelete,
    })),
    bindings: specs(plan, "rabbitmq-binding").map(
      ({ destinationType, routingKey, vhost: _, ...binding }) => ({
        ...binding,
        destination_type: destinationType,
        routing_key: routingKey,
      }),
    ),
  };
  const rabbitmq = async (): Promise<void> => {
    await management("PUT", "vhosts/bench", {});
    await management("POST", "definitions/bench", definitions);
  };
  const kafka = async (): Promise<void> => {
    const client = await KafkaClient.connect({ bootstrap: state.kafka.bootstrap, tls: false });
    const refused = await client.createTopics(specs(plan, "kafka-topic") as unknown as NewTopic[]);
    if (refused.length > 0) throw new Error(`Kafka refused ${refused.length} topics: ${refused[0]?.reason}`);
    await client.close();
  };
  await Promise.all([rabbitmq(), kafka()]);
}

async function read(): Promise<void> {
  const kafka = async (): Promise<void> => {
    const client = await KafkaClient.connect({ bootstrap: state.kafka.bootstrap, tls: false });
    await client.topics();
    await client.close();
  };
  await Promise.all([
    management("GET", "definitions/bench").then((text) => JSON.parse(text) as unknown),
    kafka(),
  ]);
}

await (verb === "create" ? create(JSON.parse(readFileSync(planFile!, "utf8")) as Plan) : read());
