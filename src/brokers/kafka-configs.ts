import { ConfigResourceTypes, ConfigSources, type Connection, describeConfigsV4 } from "@platformatic/kafka";
import { reasonOf } from "./kafka-failure.ts";
import { replyWithin } from "./kafka-reply.ts";

/** The reply carries some 35 configs a topic. */
const topicsPerDescription = 1000;

/** By topic: what is set on it, or why that can't be known. `silence` in milliseconds. Throws BrokerError. */
export async function topicConfigs(
  connection: Connection,
  address: string,
  names: readonly string[],
  silence: number,
): Promise<Map<string, Record<string, string> | string>> {
  const found = new Map<string, Record<string, string> | string>();
  for (let from = 0; from < names.length; from += topicsPerDescription) {
    const resources = names
      .slice(from, from + topicsPerDescription)
      .map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }));
    const reply = describeConfigsV4.api.async(connection, resources, false, false);
    const { results } = await replyWithin(silence, reply, connection, address);
    for (const { resourceName, errorCode, errorMessage, configs } of results) {
      const set = configs.filter(({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG);
      found.set(
        resourceName,
        errorCode === 0
          ? Object.fromEntries(set.map(({ name, value }) => [name, value ?? ""]))
          : reasonOf(errorCode, errorMessage),
      );
    }
  }
  return found;
}
