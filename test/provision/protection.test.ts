import { expect, test } from "vitest";
import { provisioned, registered, shop } from "./shop.ts";

test("protect: what holds or routes messages", async () => {
  const { all } = await registered();
  const unprotected = all.filter(({ protect }) => !protect).map(({ type }) => type);
  expect(new Set(unprotected)).toEqual(
    new Set([
      "pulumi:providers:rabbitmq",
      "pulumi:providers:kafka",
      "rabbitmq:index/binding:Binding",
      "rabbitmq:index/policy:Policy",
    ]),
  );
});

test("protect: off for what the stack names, with * for any part", async () => {
  const { all } = await registered(shop, {
    unprotected: ["rabbitmq/*/queue/fulfil*", "kafka/main/topic/bare"],
  });
  const released = all
    .filter(({ type, protect }) => !protect && /Queue|Topic/.test(type))
    .map(({ name }) => name);
  expect(released.toSorted()).toEqual([
    "kafka/main/topic/bare",
    "rabbitmq/main/shop/queue/fulfil",
    "rabbitmq/main/shop/queue/fulfil.dlq",
  ]);
});

test("protect: a name that matches nothing is refused before anything is registered", async () => {
  const misspelt = { unprotected: ["rabbitmq/main/shop/queue/fulfill"] };
  const { registered: all, failure } = await provisioned({ "shop.yaml": shop }, misspelt);
  expect(String(failure)).toContain('"rabbitmq/main/shop/queue/fulfill", which matches no object');
  expect(all).toEqual([]);
});
