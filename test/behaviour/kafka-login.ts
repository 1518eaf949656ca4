import { Consumer, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";

/** Someone who logs in with SCRAM-SHA-512. */
export interface Login {
  readonly bootstrap: readonly string[];
  readonly username: string;
  readonly password: string;
}

const client = ({ bootstrap, username, password }: Login) => ({
  clientId: username,
  bootstrapBrokers: [...bootstrap],
  retries: 0,
  sasl: { mechanism: "SCRAM-SHA-512" as const, username, password },
});

/** "done", or what the broker said against it. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    const seen = new Set<unknown>();
    const told = (one: unknown): string[] => {
      if (!(one instanceof Error) || seen.has(one)) return [];
      seen.add(one);
      const inner = one instanceof AggregateError ? one.errors.flatMap(told) : [];
      return [String((one as { apiId?: unknown }).apiId ?? ""), one.message, ...told(one.cause), ...inner];
    };
    return told(error).join(" ");
  }
}

/** Writes one record; "done", or what the broker said against it. */
export async function produceAs(login: Login, topic: string): Promise<string> {
  const producer = new Producer({ ...client(login), serializers: stringSerializers });
  try {
    return await outcome(producer.send({ messages: [{ topic, key: "k", value: "v" }], acks: -1 }));
  } finally {
    await producer.close();
  }
}

/** Reads one record as a member of a group; "done", or what the broker said against it. */
export async function consumeAs(login: Login, topic: string, group: string): Promise<string> {
  const consumer = new Consumer({ ...client(login), groupId: group, deserializers: stringDeserializers });
  try {
    const work = (async () => {
      const stream = await consumer.consume({ topics: [topic], mode: "earliest", maxWaitTime: 200 });
      for await (const _ of stream) break;
    })();
    return await outcome(work);
  } finally {
    await consumer.close(true);
  }
}
