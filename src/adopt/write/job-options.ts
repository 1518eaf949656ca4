import { jobOptions } from "../../kinds/redis-content/client-settings.ts";
import type { JobQueueValue } from "../../kinds/redis-content/value.ts";
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
