import type { Connection } from "@platformatic/kafka";
import { BrokerError } from "./error.ts";
import { kafkaFailure, reasonOf, replyIn } from "./kafka-failure.ts";
import { patienceWithSlowness, seconds } from "./patience.ts";
import type { TopicRefusal } from "./kafka-topics.ts";

/** How often it is looked, until a broker that sends nothing counts as silent. */
const roundsOfSilence = 10;

/**
 * Waits for a reply. The broker may be silent for `silence` milliseconds; one that is large and keeps coming may take some
 * times as long. A reply that says no to some of its items comes back like any other;
 * those items carry an error code. Everything else that goes wrong is a BrokerError.
 */
export async function replyWithin<Reply>(
  silence: number,
  reply: Promise<Reply>,
  connection: Connection,
  address: string,
): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    let bytes = connection.socket.bytesRead;
    let rounds = 0;
    let idle = 0;
    timer = setInterval(() => {
      const received = connection.socket.bytesRead;
      idle = received > bytes ? 0 : idle + 1;
      bytes = received;
      const isSilent = idle >= roundsOfSilence;
      if (++rounds < roundsOfSilence * patienceWithSlowness && !isSilent) return;
      clearInterval(timer);
      // Closing in good order would wait for the answer that doesn't come.
      connection.socket.destroy();
      const what = isSilent
        ? `did not answer within ${seconds(silence)}`
        : `did not finish its answer within ${seconds(silence * patienceWithSlowness)}, though it kept sending`;
      reject(new BrokerError(`Kafka at ${address} ${what}. Check that the broker is well.`));
    }, silence / roundsOfSilence);
  });
  try {
    return await Promise.race([reply, expired]);
  } catch (error) {
    const partial = replyIn(error);
    if (partial !== undefined) return partial as Reply;
    throw kafkaFailure(address, error);
  } finally {
    clearInterval(timer);
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
