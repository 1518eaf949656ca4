import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { VhostSpec } from "../../kinds/rabbitmq-vhost/definition.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import type { Json, JsonObject } from "../../topology/json.ts";

/** The words of one object each, so that it compiles to exactly this spec. */

const given = (name: string, value: JsonObject): JsonObject =>
  Object.keys(value).length > 0 ? { [name]: { ...value } } : {};

export function vhostWords({
  description,
  defaultQueueType,
  maxConnections,
  maxQueues,
}: VhostSpec): JsonObject {
  const limits = {
    ...(maxConnections !== undefined && { connections: maxConnections }),
    ...(maxQueues !== undefined && { queues: maxQueues }),
  };
  return {
    ...(description !== "" && { description }),
    ...(defaultQueueType !== undefined && { defaultQueueType }),
    ...given("limits", limits),
  };
}

/** `isKnown` tells whether an exchange can be referred to: an alternate that nobody declared stays an argument. */
export function exchangeWords(spec: ExchangeSpec, isKnown: (exchange: string) => boolean): JsonObject {
  const { "alternate-exchange": alternate, ...rest } = spec.arguments;
  const isWord = typeof alternate === "string" && alternate !== "" && isKnown(alternate);
  return {
    type: spec.type,
    ...(!spec.durable && { durable: false }),
    ...(spec.autoDelete && { autoDelete: true }),
    ...(isWord && { alternate }),
    ...given("arguments", isWord ? rest : spec.arguments),
  };
}

const queueTypes: readonly unknown[] = ["quorum", "classic", "stream", "implicit"];

export function queueWords({ durable, autoDelete, arguments: found }: QueueSpec): JsonObject {
  const { "x-queue-type": type = "implicit", ...rest } = found;
  const own: JsonObject = { ...rest };
  const words: JsonObject = {};
  const take = (argument: string, word: string, fits: boolean): void => {
    if (!fits) return;
    words[word] = own[argument]!;
    delete own[argument];
  };
  const priorities = own["x-max-priority"];
  take(
    "x-max-priority",
    "priorities",
    (type === "classic" || type === "implicit") &&
      Number.isInteger(priorities) &&
      Number(priorities) >= 1 &&
      Number(priorities) <= 255,
  );
  take(
    "x-single-active-consumer",
    "singleActiveConsumer",
    type !== "stream" && own["x-single-active-consumer"] === true,
  );
  const deadLetter = type === "stream" ? undefined : handMadeDeadLetter(own);
  if (deadLetter) {
    delete own["x-dead-letter-exchange"];
    delete own["x-dead-letter-routing-key"];
  }
  return {
    // A type that a plugin brings stays an argument: the word knows the broker's own only.
    ...(queueTypes.includes(type) ? { type: type! } : {}),
    ...(!durable && { durable: false }),
    ...(autoDelete && { autoDelete: true }),
    ...words,
    ...(deadLetter && { deadLetter }),
    ...given("arguments", queueTypes.includes(type) ? own : { ...own, "x-queue-type": type! }),
  };
}

function handMadeDeadLetter({
  "x-dead-letter-exchange": exchange,
  "x-dead-letter-routing-key": key,
}: JsonObject): JsonObject | undefined {
  // The default exchange has an empty name, which the word doesn't take.
  if (typeof exchange !== "string" || exchange === "") return undefined;
  if (key !== undefined && typeof key !== "string") return undefined;
  return { exchange, ...(key !== undefined && { key }), in: "arguments" };
}

const matches: readonly unknown[] = ["all", "any", "all-with-x", "any-with-x"];
const isScalar = (value: Json): boolean => ["string", "number", "boolean"].includes(typeof value);

export function bindWords({ source, routingKey, arguments: found }: BindingSpec, type?: string): JsonObject {
  const { "x-match": match, ...headers } = found;
  const isHeaders = type === "headers" && matches.includes(match) && Object.values(headers).every(isScalar);
  return {
    exchange: source,
    ...(routingKey !== "" && { key: routingKey }),
    ...(isHeaders ? { match: match!, ...given("headers", headers) } : given("arguments", found)),
  };
}

export const policyWords = ({ pattern, applyTo, priority, definition }: PolicySpec): JsonObject => ({
  pattern,
  ...(applyTo !== "queues" && { applyTo }),
  ...(priority !== 0 && { priority }),
  definition,
});

/** The words of a queue that ask for these policy keys; undefined where there is no word for one of them. */
export function settingWords(definition: JsonObject): JsonObject | undefined {
  const words: JsonObject = {};
  const limit: JsonObject = {};
  const deadLetter: JsonObject = {};
  for (const [key, value] of Object.entries(definition)) {
    if (key === "max-length") limit["messages"] = value;
    else if (key === "max-length-bytes") limit["bytes"] = sizeText(value);
    else if (key === "overflow") limit["overflow"] = value;
    else if (key === "message-ttl") words["ttl"] = durationText(Number(value));
    else if (key === "expires") words["expires"] = durationText(Number(value));
    else if (key === "delivery-limit") words["deliveryLimit"] = value;
    else if (key === "max-age") words["maxAge"] = String(value).replace("D", "d");
    else if (key === "dead-letter-exchange") deadLetter["exchange"] = value;
    else if (key === "dead-letter-routing-key") deadLetter["key"] = value;
    else return undefined;
  }
  return { ...words, ...given("limit", limit), ...given("deadLetter", deadLetter) };
}

const sizes = [
  ["Ti", 2 ** 40],
  ["Gi", 2 ** 30],
  ["Mi", 2 ** 20],
  ["Ki", 2 ** 10],
] as const;

/** Bytes in the largest unit that leaves no rest: 1048576 is "1Mi", 1000 stays a number. */
export function sizeText(bytes: Json): Json {
  if (typeof bytes !== "number" || bytes <= 0) return bytes;
  const unit = sizes.find(([, length]) => bytes % length === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : bytes;
}
