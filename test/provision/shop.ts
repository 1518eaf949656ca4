import { provision } from "../../src/provision/provision.ts";
import { type Registration, run } from "./monitor.ts";
import { environment, lookup, planFrom } from "./plans.ts";

export const head = "apiVersion: queueform/v1\ndomain: shop\nowner: team\n";

/** Every kind of RabbitMQ and Kafka object, in every shape that the providers treat differently. */
export const shop = `${head}
rabbitmq:
  vhost: shop
  vhosts:
    shop: { description: The shop, defaultQueueType: quorum, limits: { connections: 50, queues: 7 } }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
    lookup: { type: headers }
  queues:
    plain: { type: classic, durable: false, bind: [{ exchange: lookup, match: any, headers: { kind: a, size: 3 } }] }
    fulfil:
      bind: [{ exchange: orders, key: order.created }, { exchange: lookup, headers: { kind: a } }, { exchange: amq.topic, key: x }]
      deadLetter: true
      limit: { messages: 100000, overflow: reject-publish }
    numbered: { arguments: { x-max-priority: 5, x-dead-letter-exchange: orders } }
kafka:
  topics:
    placed: { partitions: 3, replication: 1, retention: 7d, config: { min.cleanable.dirty.ratio: 0.5, preallocate: true } }
    bare: { partitions: 1 }
`;

type Changes = Parameters<typeof environment>[0];

export const provisioned = (
  texts: Record<string, string>,
  changes: Changes = {},
  replaceable?: ReadonlySet<string>,
) => run(() => provision(planFrom(texts), environment(changes), lookup, replaceable));

/** What is registered for one file; what the program throws fails the test. */
export const registered = async (text = shop, changes: Changes = {}, replaceable?: ReadonlySet<string>) => {
  const { registered: all, failure } = await provisioned({ "shop.yaml": text }, changes, replaceable);
  if (failure) throw failure;
  const named = (name: string): Registration => {
    const found = all.find((registration) => registration.name === name);
    if (!found) throw new Error(`${name} is not among ${all.map((one) => one.name).join(", ")}`);
    return found;
  };
  return { all, named, ofType: (type: string) => all.filter((one) => one.type === type) };
};
