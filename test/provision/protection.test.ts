import { expect, test } from "vitest";
import { registered, shop } from "./shop.ts";

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

test("protect: off for exactly what may be replaced now", async () => {
  const replaceable = ["rabbitmq/main/shop/queue/fulfil", "kafka/main/topic/bare"];
  const { all } = await registered(shop, {}, new Set(replaceable));
  const released = all
    .filter(({ type, protect }) => !protect && /Queue|Topic/.test(type))
    .map(({ name }) => name);
  expect(released.toSorted()).toEqual(replaceable.toSorted());
});
