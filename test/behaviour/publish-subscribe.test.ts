import { afterAll, beforeAll, expect, test } from "vitest";
import { type Vhost, vhostOn } from "./vhost.ts";

let vhost: Vhost;
beforeAll(async () => {
  vhost = await vhostOn();
});
afterAll(() => vhost.clear());

/** Which of the queues got a copy, by name; takes the copies away. */
async function receivers(...queues: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const queue of queues) {
    const copies = await vhost.count(queue);
    for (let index = 0; index < copies; index++) {
      await vhost.take(queue);
      found.push(queue);
    }
  }
  return found;
}

/** Publishes with a confirmation: then the broker has routed the message. */
async function routed(
  queues: readonly string[],
  exchange: string,
  key: string,
  headers?: Record<string, unknown>,
): Promise<string[]> {
  expect(await vhost.publish(exchange, key, "x", { headers })).toBe(true);
  return receivers(...queues);
}

test("direct: only the key error reaches those who asked for errors", async () => {
  await vhost.apply(`
  exchanges: { logs: { type: direct } }
  queues:
    pager: { type: classic, bind: [{ exchange: logs, key: error }] }
    file: { type: classic, bind: [{ exchange: logs, key: error }, { exchange: logs, key: info }] }`);
  const all = ["pager", "file"];
  expect(await routed(all, "logs", "error")).toEqual(["pager", "file"]);
  expect(await routed(all, "logs", "info")).toEqual(["file"]);
  expect(await routed(all, "logs", "debug")).toEqual([]);
});

test("topic: * is one word, # any number of them", async () => {
  await vhost.apply(`
  exchanges: { events: { type: topic } }
  queues:
    orders: { type: classic, bind: [{ exchange: events, key: order.* }] }
    logs: { type: classic, bind: [{ exchange: events, key: "log.#" }] }
    errors: { type: classic, bind: [{ exchange: events, key: "*.error" }] }`);
  const all = ["orders", "logs", "errors"];
  expect(await routed(all, "events", "order.created")).toEqual(["orders"]);
  expect(await routed(all, "events", "order.item.added")).toEqual([]);
  expect(await routed(all, "events", "log")).toEqual(["logs"]);
  expect(await routed(all, "events", "log.app.error")).toEqual(["logs"]);
  expect(await routed(all, "events", "log.error")).toEqual(["logs", "errors"]);
  expect(await routed(all, "events", "order.error")).toEqual(["orders", "errors"]);
});

test("headers: all of them, any of them, and those that start with x- only when asked for", async () => {
  await vhost.apply(`
  exchanges: { reports: { type: headers } }
  queues:
    all: { type: classic, bind: [{ exchange: reports, match: all, headers: { format: pdf, type: report } }] }
    any: { type: classic, bind: [{ exchange: reports, match: any, headers: { format: pdf, type: report } }] }
    all-with-x: { type: classic, bind: [{ exchange: reports, match: all-with-x, headers: { x-tenant: a, format: pdf } }] }
    any-with-x: { type: classic, bind: [{ exchange: reports, match: any-with-x, headers: { x-tenant: a } }] }`);
  const all = ["all", "any", "all-with-x", "any-with-x"];
  expect(await routed(all, "reports", "", { format: "pdf", type: "report" })).toEqual(["all", "any"]);
  expect(await routed(all, "reports", "", { format: "pdf" })).toEqual(["any"]);
  expect(await routed(all, "reports", "", { format: "csv" })).toEqual([]);
  expect(await routed(all, "reports", "", { "x-tenant": "a" })).toEqual(["any-with-x"]);
  expect(await routed(all, "reports", "", { "x-tenant": "a", format: "pdf" })).toEqual([
    "any",
    "all-with-x",
    "any-with-x",
  ]);
});

test("fanout: every queue gets its copy, whatever the key", async () => {
  await vhost.apply(`
  exchanges: { news: { type: fanout } }
  queues:
    first: { type: classic, bind: [{ exchange: news }] }
    second: { type: quorum, bind: [{ exchange: news }] }`);
  expect(await routed(["first", "second"], "news", "any.key")).toEqual(["first", "second"]);
});

test("an exchange that is bound to another gets what matches, and what nobody takes goes to the alternate", async () => {
  await vhost.apply(`
  exchanges:
    source: { type: topic, alternate: strays }
    strays: { type: fanout }
    audit: { type: fanout, bind: [{ exchange: source, key: "order.#" }] }
  queues:
    audited: { type: classic, bind: [{ exchange: audit }] }
    stray: { type: classic, bind: [{ exchange: strays }] }`);
  expect(await routed(["audited", "stray"], "source", "order.created")).toEqual(["audited"]);
  expect(await routed(["audited", "stray"], "source", "user.created")).toEqual(["stray"]);
});

test("main_queue dead-letters to the exchange dlx with the key failed, and dead_letter_queue has it", async () => {
  await vhost.apply(`
  exchanges: { dlx: { type: direct } }
  queues:
    main_queue: { deadLetter: { exchange: dlx, key: failed } }
    dead_letter_queue: { bind: [{ exchange: dlx, key: failed }] }`);
  await vhost.publish("", "main_queue", "broken");
  await vhost.reject("main_queue");
  const dead = await vhost.take("dead_letter_queue");
  expect(dead.fields.routingKey).toBe("failed");
  expect(dead.properties.headers?.["x-death"]).toMatchObject([{ queue: "main_queue", reason: "rejected" }]);
});
