import { clientSettings, jobOptions } from "../../kinds/redis-content/client-settings.ts";
import { defaultPrefix, type JobQueueValue } from "../../kinds/redis-content/value.ts";
import { canonicalJson } from "../../kinds/key.ts";
import { durationText } from "../../patterns/retry/ladder.ts";
import { isObject, type Json, type JsonObject } from "../../topology/json.ts";

/** The words of a job queue that give its jobs exactly these options; undefined where there are none. */
export function optionWords(options: JsonObject, library: string): JsonObject | undefined {
  const { attempts, backoff, removeOnComplete, removeOnFail, priority } = options;
  // Bull keeps a jitter without heeding it.
  if (library === "bull" && isObject(backoff) && backoff["jitter"] !== undefined) return undefined;
  const words: JsonObject = {
    ...(attempts !== undefined && attempts !== 1 && { attempts }),
    ...(isObject(backoff) && { backoff: backoffWords(backoff) }),
    ...(removeOnComplete !== undefined && { removeOnComplete: removalWords(removeOnComplete) }),
    ...(removeOnFail !== undefined && { removeOnFail: removalWords(removeOnFail) }),
    ...(priority !== undefined && { priority }),
  };
  // Everything that the language doesn't know is missing then.
  const said = jobOptions({ ...words, library: { name: "bullmq", major: 1 } } as JobQueueValue);
  return canonicalJson(said) === canonicalJson(options) ? words : undefined;
}

/** The words of a job queue that have its applications started with exactly these settings; undefined where there are none. */
export function clientWords(client: JsonObject): JsonObject | undefined {
  const { name, library, queue, worker, deadLetter, data } = client;
  if (!isObject(library) || !isObject(queue) || !isObject(worker)) return undefined;
  const { prefix, defaultJobOptions, limiter } = queue as JsonObject;
  if (!isObject(defaultJobOptions)) return undefined;
  const { delay, ...options } = defaultJobOptions as JsonObject;
  const ofJobs = optionWords(options, String(library["name"]));
  if (!ofJobs) return undefined;
  const words: JsonObject = {
    library: library as JsonObject,
    ...(prefix !== defaultPrefix && { prefix: prefix! }),
    ...ofJobs,
    ...(delay !== undefined && { delay: durationText(Number(delay)) }),
    ...(worker["concurrency"] !== 1 && { concurrency: worker["concurrency"] as Json }),
    ...(isObject(limiter) && { rateLimit: rateLimitWords(limiter as JsonObject) }),
    ...(isObject(deadLetter) && { deadLetter: deadLetter as JsonObject }),
    ...(data !== undefined && { data }),
  };
  const said = clientSettings(String(name), words as unknown as JobQueueValue);
  return canonicalJson(said) === canonicalJson(client) ? words : undefined;
}

export const rateLimitWords = ({ max, duration }: JsonObject): JsonObject => ({
  max: max!,
  duration: durationText(Number(duration)),
});

const backoffWords = ({ type, delay, ...rest }: JsonObject): JsonObject => ({
  ...(type !== undefined && { type }),
  delay: durationText(Number(delay)),
  ...rest,
});

/** The libraries count age in seconds. */
function removalWords(value: Json): Json {
  if (!isObject(value)) return value;
  const { age, ...rest } = value;
  return { ...rest, ...(age !== undefined && { age: durationText(Number(age) * 1000) }) };
}
