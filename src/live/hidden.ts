import { NotAllowed } from "../brokers/error.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Unchecked } from "./connection.ts";

/** What a login may not see of a cluster. The rest of it can be compared all the same. */
export class Hidden {
  /** Keys of declared objects by what the broker says of them. */
  private readonly refused = new Map<string, string[]>();
  private readonly keys = new Set<string>();

  /** The result of asking, or undefined when the broker does not allow it: then nobody knows what is with `concerned`. */
  async unless<T>(asked: Promise<T>, concerned: readonly PlanObject[]): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof NotAllowed)) throw error;
      const keys = concerned.map(({ key }) => key);
      this.refused.set(error.message, [...(this.refused.get(error.message) ?? []), ...keys]);
      for (const key of keys) this.keys.add(key);
      return undefined;
    }
  }

  has(key: string): boolean {
    return this.keys.has(key);
  }

  get problems(): string[] {
    return [...this.refused].map(([message, keys]) =>
      keys.length > 0 ? `${message} Not compared: ${someOf(keys)}.` : message,
    );
  }

  get unchecked(): Unchecked[] {
    const reasons = new Map(
      [...this.refused].flatMap(([reason, keys]) => keys.map((key) => [key, reason] as const)),
    );
    return [...reasons].map(([key, reason]) => ({ key, reason, cause: "not-allowed" }));
  }
}

const named = 3;

/** Names for a sentence: "a, b, c and 7 more". */
export function someOf(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : "";
  return names.slice(0, named).join(", ") + more;
}
