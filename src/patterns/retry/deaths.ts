import type { BindValue } from "../../kinds/rabbitmq-binding/schema.ts";
import { type TopologyFile, textOf } from "../../topology/file.ts";

export type DeathReason = "rejected" | "expired" | "maxlen" | "delivery_limit";

/** Whether the file is for a RabbitMQ that tells the reason of the last death, not only of the first. */
function knowsLastDeath(file: TopologyFile): boolean {
  return Number(textOf(file, ["rabbitmq", "version"], "4.0").split(".")[0]) >= 4;
}

/**
 * What to bind with so that only messages that died for this reason come from a headers exchange.
 *
 * RabbitMQ 4 goes by the last death: a message that was rejected once and later exceeds the delivery limit must not be
 * retried again, because the broker would drop it as a cycle without a rejection. 3.x knows the first death only.
 */
export function bindDeath(file: TopologyFile, exchange: string, reason: DeathReason): BindValue {
  const header = knowsLastDeath(file) ? "x-last-death-reason" : "x-first-death-reason";
  return { exchange, match: "all-with-x", headers: { [header]: reason } };
}
