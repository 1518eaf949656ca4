import { expect } from "vitest";
import type { VhostClient } from "./vhost-client.ts";

/** Consumes a queue, rejects all it gets for some time, and says when each delivery came. */
export async function rejectAll(
  vhost: VhostClient,
  queue: string,
): Promise<{ times: number[]; stop: () => Promise<void> }> {
  const connection = await vhost.connect();
  const channel = await connection.createChannel();
  const times: number[] = [];
  await channel.consume(queue, (message) => {
    if (!message) return;
    times.push(Date.now());
    channel.reject(message, false);
  });
  const stop = async (): Promise<void> => {
    // The end of a connection may overtake what its channels still have to send; that of a channel can't.
    await channel.close();
    await connection.close();
  };
  return { times, stop };
}

/** Clients that each take the one message of a queue and die with it. */
export async function crashOn(vhost: VhostClient, queue: string, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    await expect.poll(() => vhost.count(queue), { timeout: 30_000 }).toBe(1);
    const connection = await vhost.connect();
    const channel = await connection.createChannel();
    expect(await channel.get(queue)).not.toBe(false);
    await connection.close();
  }
}

/** The waits between deliveries were at least these; that none was longer is in the message's x-death header. */
export function expectWaits(times: readonly number[], units: readonly number[], unit: number): void {
  const waits = times.slice(1).map((time, index) => time - times[index]!);
  expect(waits).toHaveLength(units.length);
  for (const [index, wait] of waits.entries()) {
    // A client's clock and the broker's timers tick in different milliseconds.
    expect(wait).toBeGreaterThanOrEqual(units[index]! * unit * 0.9);
  }
}
