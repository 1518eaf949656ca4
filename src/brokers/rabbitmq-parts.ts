import type { VhostDefinitions } from "./rabbitmq-definitions.ts";

/** What others need comes first: policies wait for their queues, bindings need both of their ends. */
const order = ["policies", "exchanges", "queues", "bindings"] as const;

/**
 * Objects of one part. RabbitMQ's listener closes a connection on which it hears nothing for a minute, also while it is at
 * work for it, and a busy broker takes a tenth of a second for a queue.
 */
const most = 500;

/**
 * Cuts an import into parts that a broker is done with in time and that as JSON are at most `limit` bytes long each, to be
 * sent in this order. An object that alone is longer gets a part of its own. One part, though it be empty, for nothing.
 * For each policy the broker matches every queue of the vhost with every policy, which takes seconds where there are
 * thousands: unless the vhost `isNew` and holds none, a policy has a part of its own.
 */
export function partsOf(definitions: VhostDefinitions, limit: number, isNew = false): VhostDefinitions[] {
  const parts: Record<string, unknown[]>[] = [];
  let size = 0;
  let count = 0;
  for (const section of order) {
    for (const item of definitions[section] ?? []) {
      // The comma before it; the braces and names of sections are in `frame`.
      const length = Buffer.byteLength(JSON.stringify(item)) + 1;
      if (parts.length === 0 || size + length > limit || count >= most) {
        parts.push({});
        size = frame;
        count = 0;
      }
      size += length;
      count += section === "policies" && !isNew ? most : 1;
      (parts.at(-1)![section] ??= []).push(item);
    }
  }
  return parts.length > 0 ? (parts as VhostDefinitions[]) : [{}];
}

/** Bytes of `{"policies":[],...}` around the objects, at most. */
const frame = JSON.stringify(Object.fromEntries(order.map((section) => [section, []]))).length;
