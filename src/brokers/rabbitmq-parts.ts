import type { VhostDefinitions } from "./rabbitmq-definitions.ts";

/** What others need comes first: policies wait for their queues, bindings need both of their ends. */
const order = ["policies", "exchanges", "queues", "bindings"] as const;

/**
 * Cuts an import into parts that as JSON are at most `limit` bytes long each, to be sent in this order. An object that alone
 * is longer gets a part of its own. One part, though it be empty, when all fits.
 */
export function partsOf(definitions: VhostDefinitions, limit: number): VhostDefinitions[] {
  const parts: Record<string, unknown[]>[] = [];
  let size = 0;
  for (const section of order) {
    for (const item of definitions[section] ?? []) {
      // The comma before it; the braces and names of sections are in `frame`.
      const length = Buffer.byteLength(JSON.stringify(item)) + 1;
      if (parts.length === 0 || size + length > limit) {
        parts.push({});
        size = frame;
      }
      size += length;
      (parts.at(-1)![section] ??= []).push(item);
    }
  }
  return parts.length > 0 ? (parts as VhostDefinitions[]) : [{}];
}

/** Bytes of `{"policies":[],...}` around the objects, at most. */
const frame = JSON.stringify(Object.fromEntries(order.map((section) => [section, []]))).length;
