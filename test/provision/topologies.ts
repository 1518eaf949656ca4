import { head } from "./shop.ts";

/** Applications that may each do something else, on a cluster with access: managed. */
export const usersOfRabbitmq = (version: string): string => `${head}
rabbitmq:
  version: "${version}"
  vhost: shop
  vhosts: { shop: {} }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout }
  queues:
    fulfil: { bind: [{ exchange: orders, key: "order.#" }], deadLetter: true, consumers: { app: warehouse } }
    unrouted: { bind: [{ exchange: unrouted }] }
  requestReply:
    price: { responder: pricing, requesters: [web], timeout: 5s }
  apps:
    web: { publishes: [{ exchange: orders, keys: [order.created] }], password: "\${secret:WEB}" }
    warehouse: { consumes: [fulfil.dlq], declares: active, password: "\${secret:WAREHOUSE}" }
    pricing: { password: "\${secret:PRICING}" }
  users:
    ops:
      password: "\${secret:WEB}"
      tags: [monitoring, management]
      permissions: { configure: "^$", write: "", read: ".*" }
      topicPermissions: { orders: { write: "^$", read: "^order\\\\." }, amq.topic: { write: .*, read: .* } }
`;

export const usersOfKafka = `${head}
kafka:
  topics:
    placed:
      partitions: 1
      replication: 1
      deadLetter: true
      producers: [web]
      consumers: { billing: { app: billing } }
  apps:
    web: { password: "\${secret:WEB}", quota: { producerBytes: 10Mi, requestPercent: 12.5 } }
    billing: { password: "\${secret:BILLING}", quota: { consumerBytes: 1Mi } }
    stranger: { password: "\${secret:STRANGER}" }
`;

/** What people ask for in a word and get several objects for. */
export const patternsOfRabbitmq = (version: string): string => `${head}
rabbitmq:
  version: "${version}"
  vhost: work
  vhosts: { work: {} }
  exchanges:
    jobs: { type: topic, alternate: lost }
    lost: { type: fanout }
  queues:
    ladder:
      bind: [{ exchange: jobs, key: ladder }]
      retry: { retries: 2, backoff: exponential, delay: 100ms }
      limit: { messages: 1000, overflow: reject-publish }
    steps:
      type: classic
      bind: [{ exchange: jobs, key: steps }]
      retry: { retries: 2, backoff: fixed, delay: 100ms }
      deadLetter: { queue: dead }
    dead: {}
    urgent: { type: classic, priorities: 5, deadLetter: true, consumers: { app: warehouse, prefetch: 1, ack: manual } }
    ordered: { singleActiveConsumer: true, deliveryLimit: 5, expires: 7d }
    history: { type: stream, maxAge: 7d, bind: [{ exchange: lost }] }
  requestReply:
    quote: { responder: pricing, requesters: [web], timeout: 5s }
    price: { responder: pricing, requesters: [web], timeout: 5s, replies: queue }
`;

export const patternsOfKafka = `${head}
kafka:
  topics:
    orders:
      partitions: 3
      replication: 1
      key: userId
      retention: 7d
      config: { max.message.bytes: 200000 }
      retry: { retries: 3, backoff: exponential, delay: 10s }
    finished: { partitions: 1, replication: 1, cleanup: compact, key: id, deadLetter: true }
`;

/** Names that are something else in URLs and in the ids of Pulumi's provider. */
export const oddNames = `${head}
rabbitmq:
  vhost: odd/ü %x
  vhosts: { odd/ü %x: {} }
  exchanges:
    o dd%ü: { type: topic }
    heads: { type: headers }
    fan: { type: fanout }
  queues:
    q ü%+&=:
      type: classic
      bind:
        - { exchange: o dd%ü, key: "a/b.#.*.+ ~ü%" }
        - { exchange: o dd%ü, key: "a/b.#.*.+ ~ü%~x" }
        - { exchange: fan }
        - { exchange: heads, match: any, headers: { kind: a, size: 3 } }
        - { exchange: heads, headers: { kind: b } }
        - { exchange: amq.topic, key: x }
    no/binding: { type: classic }
    'co::lon"quote"': { type: classic, bind: [{ exchange: heads, headers: { 'a"b\\\\c': "1" } }] }
    "back\\\\slash $(id) 😀": { type: classic, bind: [{ exchange: o dd%ü, key: "a%2Fb" }, { exchange: heads, headers: { size: "3" } }] }
    numbered: { type: classic, arguments: { x-max-priority: 5, x-dead-letter-exchange: fan } }
`;

/** It is never managed itself, but what is in it may be. */
export const rootVhost = `${head}
rabbitmq:
  vhost: /
  exchanges: { root: { type: topic, alternate: amq.fanout } }
  queues: { root: { type: classic, bind: [{ exchange: root, key: "a/b.#" }] } }
`;

/** As clients have declared them on RabbitMQ 3 for years. */
export const withoutTypes = `${head}
rabbitmq:
  version: "3.10"
  vhost: old
  vhosts: { old: {} }
  exchanges: { work: { type: direct } }
  queues:
    plain: { type: implicit, bind: [{ exchange: work, key: plain }] }
    texts: { type: implicit, deadLetter: { exchange: work, key: plain, in: arguments } }
    numbers: { type: implicit, priorities: 5, limit: { messages: 100 }, arguments: { x-message-ttl: 60000 } }
    wired: { type: implicit, deadLetter: true }
`;
