/** The words of a queue that set a key of its policy. */
export const settingWords: Readonly<Record<string, readonly string[]>> = {
  "max-length": ["limit.messages"],
  "max-length-bytes": ["limit.bytes"],
  overflow: ["limit.overflow", "retry"],
  "message-ttl": ["ttl"],
  expires: ["expires"],
  "delivery-limit": ["deliveryLimit"],
  "max-age": ["maxAge"],
  "dead-letter-strategy": ["retry"],
  "dead-letter-exchange": ["deadLetter.exchange"],
  "dead-letter-routing-key": ["deadLetter.key"],
};

const argumentWords: Readonly<Record<string, readonly string[]>> = {
  "x-queue-type": ["type"],
  "x-dead-letter-exchange": ["deadLetter", "retry"],
  "x-max-priority": ["priorities"],
  "x-single-active-consumer": ["singleActiveConsumer"],
};

/** The words behind a field of a queue, or of what its policy sets. */
export function queueWords(field: string): readonly string[] {
  const [, place, name = ""] = /^(arguments|policy)\.(.*)$/.exec(field) ?? [];
  return (place === "policy" ? settingWords : argumentWords)[name] ?? [];
}
