import { expect, test } from "vitest";
import { Simulator } from "../../src/routing/simulate.ts";
import { planFrom } from "../brokers/project.ts";

const { objects } = planFrom(`
rabbitmq:
  exchanges:
    later: { type: x-delayed-message, arguments: { x-delayed-type: topic } }
    spread: { type: x-consistent-hash }
  queues:
    a: { bind: [{ exchange: later, key: "order.*" }, { exchange: spread, key: "1" }] }
    b: { bind: [{ exchange: later, key: mail }, { exchange: spread, key: "1" }] }
`);
const simulator = new Simulator(objects, { cluster: "main", vhost: "/" });

test("a delayed message goes where the type says that it is delayed for", () => {
  expect(simulator.publish("later", "order.created").queues).toEqual(["a"]);
  expect(simulator.publish("later", "nobody").queues).toEqual([]);
});

test("where a plugin picks, any queue that is bound may get the message", () => {
  expect(simulator.publish("spread", "u-1").queues).toEqual(["a", "b"]);
});
