import { parse, stringify } from "yaml";
import type { Plan } from "../../src/plan/plan.ts";
import type { Change, Step } from "../../src/review/changes.ts";
import { review, type Review } from "../../src/review/review.ts";
import { isObject } from "../../src/topology/json.ts";
import { planFrom } from "../brokers/project.ts";

type Words = Record<string, unknown>;

/** What a person makes of a file who follows the steps of a way out. */
export interface Followed {
  readonly step: Step;
  readonly plan: Plan;
  /** What `diff` says of the step; absent where the files don't change. */
  readonly review?: Review;
}

/** The way out that a review has for an object. */
export function wayOutOf({ changes }: Pick<Review, "changes">, key: string): readonly Step[] {
  const found = changes.find((change: Change) => change.key === key)?.wayOut;
  if (!found) throw new Error(`There is no way out for ${key}.`);
  return found;
}

/**
 * Follows steps from a topology: writes their YAML over what stands there, and with the last one takes out what has the
 * paths in `removed`, such as rabbitmq.queues and a name.
 */
export function follow(
  topology: string,
  steps: readonly Step[],
  removed: readonly (readonly string[])[],
): Followed[] {
  let current = parse(topology) as Words;
  let plan = planFrom(topology);
  return steps.map((step, index) => {
    const isLast = index === steps.length - 1;
    if (step.yaml === undefined && !isLast) return { step, plan };
    let next = step.yaml === undefined ? current : written(current, parse(step.yaml) as Words);
    if (isLast) for (const path of removed) next = without(next, path);
    const before = plan;
    current = next;
    plan = planFrom(stringify(next));
    return { step, plan, review: review(before, plan) };
  });
}

/** Section, block, name, word; job queues stand one block deeper. A word's value is replaced as a whole. */
const depthOf = (section: string): number => (section === "redis" ? 4 : 3);

function written(into: Words, patch: Words, depth?: number): Words {
  const result = { ...into };
  for (const [key, value] of Object.entries(patch)) {
    const old = into[key];
    const left = depth ?? depthOf(key);
    result[key] = isObject(old) && isObject(value) && left > 0 ? written(old, value, left - 1) : value;
  }
  return result;
}

function without(value: Words, [first, ...rest]: readonly string[]): Words {
  if (first === undefined) return value;
  const { [first]: inner, ...others } = value;
  return rest.length === 0 || !isObject(inner) ? others : { ...value, [first]: without(inner, rest) };
}
