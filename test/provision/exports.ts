import type { KafkaState, RabbitmqState } from "../../src/sandbox/state.ts";
import { kafkaClient } from "../brokers/sandboxes.ts";

type Definition = Record<string, unknown>;

/** What a broker makes itself, differently each time. */
const ownWords = new Set(["password_hash", "hashing_algorithm"]);

const sorted = (definitions: readonly Definition[]): string[] =>
  definitions
    .map((definition) =>
      JSON.stringify(
        Object.entries(definition)
          .filter(([name]) => !ownWords.has(name))
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .toSorted();

/** All that a RabbitMQ has, in words that two of them can be compared by. */
export async function exportRabbitmq({ endpoint, username, password }: RabbitmqState): Promise<unknown> {
  const response = await fetch(`${endpoint}/api/definitions`, {
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` },
  });
  const definitions = (await response.json()) as Definition;
  const lists = Object.entries(definitions).flatMap(([name, value]) =>
    // The parameters that concern all of a broker are its own name and the like.
    Array.isArray(value) && name !== "global_parameters" ? [[name, sorted(value as Definition[])]] : [],
  );
  return Object.fromEntries(lists);
}

/** The same of a Kafka; of its users, those who are named. */
export async function exportKafka(broker: KafkaState, users: readonly string[]): Promise<unknown> {
  const client = await kafkaClient(broker);
  try {
    return {
      topics: sorted((await client.topics()).map((topic) => ({ ...topic }))),
      acls: sorted((await client.access.acls()).map((acl) => ({ ...acl }))),
      quotas: sorted((await client.access.quotas()).map((quota) => ({ ...quota }))),
      users: (await client.access.scramUsers()).filter((user) => users.includes(user)),
    };
  } finally {
    await client.close();
  }
}
