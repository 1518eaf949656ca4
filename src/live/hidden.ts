import { NotAllowed } from "../brokers/error.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Unchecked } from "./connection.ts";

/** What a login may not see of a cluster. The rest of it can be compared all the same. */
export class Hidden {
  readonly problems: string[] = [];
  private readonly reasons = new Map<string, string>();

  /** The result of asking, or undefined when the broker does not allow it: then nobody knows what is with `concerned`. */
  async unless<T>(asked: Promise<T>, concerned: readonly PlanObject[]): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
      const keys = concerned.map(({ key }) => key);
      for (const key of keys) this.reasons.set(key, error.message);
      this.problems.push(keys.length > 0 ? `${error.message} Not compared: ${someOf(keys)}.` : error.message);
      return undefined;
    }
  }

  has(key: string): boolean {
    return this.reasons.has(key);
  }

  get unchecked(): Unchecked[] {
    return [...this.reasons].map(([key, reason]) => ({ key, reason, cause: "not-allowed" }));
  }
}

const named = 3;

/** Names for a sentence: "a, b, c and 7 more". */
export function someOf(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : "";
  return names.slice(0, named).join(", ") + more;
}
