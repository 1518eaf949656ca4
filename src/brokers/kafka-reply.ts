import type { Connection } from "@platformatic/kafka";
import { BrokerError } from "./error.ts";
import { kafkaFailure, reasonOf, replyIn } from "./kafka-failure.ts";
import type { TopicRefusal } from "./kafka-topics.ts";

/**
 * Waits for a reply, `timeout` milliseconds at most. A reply that says no to some of its items comes back like any other;
 * those items carry an error code. Everything else that goes wrong is a BrokerError.
 */
export async function replyWithin<Reply>(
  timeout: number,
  reply: Promise<Reply>,
  connection: Connection,
  address: string,
): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // Closing in good order would wait for the answer that doesn't come.
      connection.socket.destroy();
      reject(
        new BrokerError(
          `Kafka at ${address} did not answer within ${timeout / 1000} seconds. Check that the broker is well.`,
        ),
      );
    }, timeout);
  });
  try {
    return await Promise.race([reply, expired]);
  } catch (error) {
    const partial = replyIn(error);
    if (partial !== undefined) return partial as Reply;
    throw kafkaFailure(address, error);
  } finally {
    clearTimeout(timer);
  }
}

interface ReplyItem {
  readonly name?: string | null | undefined;
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
}

/** Kafka's error code TOPIC_ALREADY_EXISTS. */
const alreadyExists = 36;

/** The items of a reply that were refused. */
export function refusals(items: readonly ReplyItem[]): TopicRefusal[] {
  return items
    .filter(({ errorCode }) => errorCode !== 0)
    .map(({ name, errorCode, errorMessage }) => ({
      topic: name ?? "",
      reason: reasonOf(errorCode, errorMessage),
      ...(errorCode === alreadyExists && { exists: true as const }),
    }));
}
