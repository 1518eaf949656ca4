import { ownName } from "../../brokers/sandboxes.ts";
import type { Call } from "./by-hand.ts";

/** The vhost, and what the names of users end with. */
export const name = ownName("tampering");
export const secret = (of: string): string => `the ${of} of ${name}`;
const web = `web-${name}`;

export const topology = `
rabbitmq:
  vhost: ${name}
  vhosts: { ${name}: { description: ours, limits: { queues: 100 } } }
  exchanges:
    orders: { type: topic, alternate: unrouted }
    unrouted: { type: fanout, bind: [{ exchange: picks, headers: { size: 9 } }] }
    picks: { type: headers }
  queues:
    fulfil:
      type: quorum
      bind: [{ exchange: orders, key: "order.*" }]
      deadLetter: true
      limit: { messages: 1000, overflow: reject-publish }
      consumers: { app: worker }
    plain:
      type: classic
      bind: [{ exchange: picks, match: all, headers: { size: 3 } }]
      arguments: { x-max-priority: 5 }
    log: { type: stream }
  policies:
    ours: { pattern: ^picks$, applyTo: exchanges, priority: 3, definition: { alternate-exchange: unrouted } }
  apps:
    web: { publishes: [{ exchange: orders, keys: ["order.*"] }], password: "\${secret:WEB}" }
    worker: { consumes: [fulfil], password: "\${secret:WORKER}" }
`;

const queue = (type: string, more: object = {}, properties: object = {}): object => ({
  durable: true,
  auto_delete: false,
  arguments: { "x-queue-type": type, ...more },
  ...properties,
});
const exchange = (type: string, properties: object): object => ({
  type,
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: { "alternate-exchange": "unrouted" },
  ...properties,
});
const policy = (pattern: string, definition: object, priority = 0): object => ({
  pattern,
  definition,
  "apply-to": "queues",
  priority,
});
const ours = (more: object): object => ({
  pattern: "^picks$",
  "apply-to": "exchanges",
  priority: 3,
  definition: { "alternate-exchange": "unrouted" },
  ...more,
});

type Tamper = (call: Call) => Promise<void>;

const bindFulfil: Tamper = (call) => call("POST", "bindings/%/e/orders/q/fulfil", { routing_key: "order.*" });
const bindPlain: Tamper = (call) =>
  call("POST", "bindings/%/e/picks/q/plain", { arguments: { "x-match": "all", size: 3 } });

/** Deletes something and makes another of the same name, with the binding that went with it. */
const anew =
  (path: string, body: object, bind: Tamper = async () => {}): Tamper =>
  async (call) => {
    await call("DELETE", path);
    await call("PUT", path, body);
    await bind(call);
  };
const orders = (body: object): Tamper => anew("exchanges/%/orders", body, bindFulfil);
const plain = (body: object): Tamper => anew("queues/%/plain", body, bindPlain);
const priority = { "x-max-priority": 5 };

/** What is done by hand, and every line that drift then has, with DIGEST for that of a binding. */
type Case = readonly [what: string, tamper: Tamper, lines: readonly string[], notOnOld?: string];

const vhosts: readonly Case[] = [
  [
    "vhost: another description",
    (call) => call("PUT", "vhosts/%", { description: "theirs" }),
    ['changed vhost description: "theirs" -> "ours"'],
  ],
  [
    "vhost: another type of queues",
    (call) => call("PUT", "vhosts/%", { description: "ours", default_queue_type: "quorum" }),
    ['changed vhost defaultQueueType: "quorum" -> undefined'],
    "3.10 has no such setting",
  ],
  [
    "vhost: a limit changed",
    (call) => call("PUT", "vhost-limits/%/max-queues", { value: 7 }),
    ["changed vhost maxQueues: 7 -> 100"],
  ],
  [
    "vhost: a limit taken away",
    (call) => call("DELETE", "vhost-limits/%/max-queues"),
    ["changed vhost maxQueues: undefined -> 100"],
  ],
  [
    "vhost: a limit of -1 is none",
    (call) => call("PUT", "vhost-limits/%/max-connections", { value: -1 }),
    [],
  ],
  [
    "vhost: a limit added",
    (call) => call("PUT", "vhost-limits/%/max-connections", { value: 7 }),
    ["changed vhost maxConnections: 7 -> undefined"],
  ],
];

const exchanges: readonly Case[] = [
  [
    "exchange: deleted, and its bindings with it",
    (call) => call("DELETE", "exchanges/%/orders"),
    ["missing binding/orders/queue/fulfil/order.*", "missing exchange/orders"],
  ],
  [
    "exchange: another type",
    orders(exchange("direct", {})),
    ['changed exchange/orders type: "direct" -> "topic"'],
  ],
  [
    "exchange: not durable",
    orders(exchange("topic", { durable: false })),
    ["changed exchange/orders durable: false -> true"],
  ],
  [
    "exchange: deletes itself",
    orders(exchange("topic", { auto_delete: true })),
    ["changed exchange/orders autoDelete: true -> false"],
  ],
  [
    "exchange: internal, so that nobody may publish to it",
    orders(exchange("topic", { internal: true })),
    ["changed exchange/orders internal: true -> undefined"],
  ],
  [
    "exchange: without its alternate",
    orders(exchange("topic", { arguments: {} })),
    ['changed exchange/orders arguments.alternate-exchange: undefined -> "unrouted"'],
  ],
  [
    "exchange: everything at once",
    anew(
      "exchanges/%/picks",
      exchange("fanout", {
        auto_delete: true,
        internal: true,
        arguments: { "alternate-exchange": "orders" },
      }),
      async (call) => {
        await bindPlain(call);
        await call("POST", "bindings/%/e/picks/e/unrouted", { arguments: { "x-match": "all", size: 9 } });
      },
    ),
    [
      'changed exchange/picks arguments.alternate-exchange: "orders" -> undefined',
      "changed exchange/picks autoDelete: true -> false",
      "changed exchange/picks internal: true -> undefined",
      'changed exchange/picks type: "fanout" -> "headers"',
    ],
  ],
  [
    "exchange: one that nobody declared",
    (call) => call("PUT", "exchanges/%/theirs", exchange("fanout", {})),
    ["unmanaged exchange/theirs"],
  ],
];

const queues: readonly Case[] = [
  [
    "queue: deleted, and its bindings with it",
    (call) => call("DELETE", "queues/%/plain"),
    ["missing binding/picks/queue/plain/~DIGEST", "missing queue/plain"],
  ],
  [
    "queue: made anew without its binding",
    anew("queues/%/plain", queue("classic", priority)),
    ["missing binding/picks/queue/plain/~DIGEST"],
  ],
  [
    "queue: another type",
    anew("queues/%/log", queue("classic")),
    ['changed queue/log arguments.x-queue-type: "classic" -> "stream"'],
  ],
  [
    "queue: not durable",
    plain(queue("classic", priority, { durable: false })),
    ["changed queue/plain durable: false -> true"],
  ],
  [
    "queue: deletes itself",
    plain(queue("classic", priority, { auto_delete: true })),
    ["changed queue/plain autoDelete: true -> false"],
  ],
  [
    "queue: an argument changed",
    plain(queue("classic", { "x-max-priority": 6 })),
    ["changed queue/plain arguments.x-max-priority: 6 -> 5"],
  ],
  [
    "queue: an argument taken away",
    plain(queue("classic")),
    ["changed queue/plain arguments.x-max-priority: undefined -> 5"],
  ],
  [
    "queue: an argument added",
    anew("queues/%/log", queue("stream", { "x-max-age": "1h" })),
    ['changed queue/log arguments.x-max-age: "1h" -> undefined'],
  ],
  [
    "queue: its dead letters go nowhere",
    anew("queues/%/fulfil", queue("quorum"), bindFulfil),
    ['changed queue/fulfil arguments.x-dead-letter-exchange: undefined -> "fulfil.dlx"'],
  ],
  [
    "queue: made anew without saying its type, which is the broker's usual one",
    plain({ durable: true, auto_delete: false, arguments: priority }),
    [],
  ],
  [
    "queue: an argument that says the same as nothing",
    anew(
      "queues/%/fulfil",
      queue("quorum", { "x-dead-letter-exchange": "fulfil.dlx", "x-quorum-initial-group-size": 1 }),
      bindFulfil,
    ),
    ["changed queue/fulfil arguments.x-quorum-initial-group-size: 1 -> undefined"],
  ],
  [
    "queue: one that nobody declared",
    (call) => call("PUT", "queues/%/theirs", queue("classic")),
    ["unmanaged queue/theirs"],
  ],
];

const bindings: readonly Case[] = [
  [
    "binding: deleted",
    (call) => call("DELETE", "bindings/%/e/orders/q/fulfil/order.*"),
    ["missing binding/orders/queue/fulfil/order.*"],
  ],
  [
    "binding: another one beside it",
    (call) => call("POST", "bindings/%/e/orders/q/fulfil", { routing_key: "#" }),
    ["unmanaged binding/orders/queue/fulfil/#"],
  ],
  [
    "binding: another key",
    async (call) => {
      await call("DELETE", "bindings/%/e/orders/q/fulfil/order.*");
      await call("POST", "bindings/%/e/orders/q/fulfil", { routing_key: "order.#" });
    },
    ["missing binding/orders/queue/fulfil/order.*", "unmanaged binding/orders/queue/fulfil/order.#"],
  ],
  [
    "binding: the same key with other arguments",
    (call) => call("POST", "bindings/%/e/picks/q/plain", { arguments: { "x-match": "any", size: 3 } }),
    ["unmanaged binding/picks/queue/plain/~DIGEST"],
  ],
  [
    "binding: the same arguments with another type, and with a key",
    async (call) => {
      await call("POST", "bindings/%/e/picks/q/plain", { arguments: { "x-match": "all", size: "3" } });
      const keyed = { routing_key: "k", arguments: { "x-match": "all", size: 3 } };
      await call("POST", "bindings/%/e/picks/q/plain", keyed);
    },
    ["unmanaged binding/picks/queue/plain/k~DIGEST", "unmanaged binding/picks/queue/plain/~DIGEST"],
  ],
  [
    "binding: moved to another exchange",
    async (call) => {
      await call("DELETE", "bindings/%/e/orders/q/fulfil/order.*");
      await call("POST", "bindings/%/e/unrouted/q/fulfil", { routing_key: "order.*" });
    },
    ["missing binding/orders/queue/fulfil/order.*", "unmanaged binding/unrouted/queue/fulfil/order.*"],
  ],
  [
    "binding: of an exchange to an exchange",
    (call) => call("POST", "bindings/%/e/orders/e/unrouted", { routing_key: "a" }),
    ["unmanaged binding/orders/exchange/unrouted/a"],
  ],
  [
    "binding: to an exchange of the broker's",
    (call) => call("POST", "bindings/%/e/amq.fanout/q/plain", {}),
    ["unmanaged binding/amq.fanout/queue/plain/"],
  ],
  [
    "binding: one more behind a dead-letter exchange, which copies dead letters",
    (call) => call("POST", "bindings/%/e/fulfil.dlx/q/plain", {}),
    ["superseded binding/fulfil.dlx/queue/plain/"],
  ],
];

const policies: readonly Case[] = [
  [
    "policy: another pattern",
    (call) => call("PUT", "policies/%/ours", ours({ pattern: "^pick$" })),
    ['changed policy/ours pattern: "^pick$" -> "^picks$"'],
  ],
  [
    "policy: another priority",
    (call) => call("PUT", "policies/%/ours", ours({ priority: 4 })),
    ["changed policy/ours priority: 4 -> 3"],
  ],
  [
    "policy: for other objects",
    (call) => call("PUT", "policies/%/ours", ours({ "apply-to": "all" })),
    ['changed policy/ours applyTo: "all" -> "exchanges"'],
  ],
  [
    "policy: another value",
    (call) => call("PUT", "policies/%/ours", ours({ definition: { "alternate-exchange": "picks" } })),
    ['changed policy/ours definition.alternate-exchange: "picks" -> "unrouted"'],
  ],
  ["policy: deleted", (call) => call("DELETE", "policies/%/ours"), ["missing policy/ours"]],
  [
    "policy: one that concerns nobody",
    (call) => call("PUT", "policies/%/theirs", policy("^theirs$", { "max-length": 1 })),
    ["unmanaged policy/theirs"],
  ],
  [
    "policy: one that shadows ours",
    (call) => call("PUT", "policies/%/theirs", policy("^fulfil$", { "max-length": 10 }, 9)),
    [
      'changed queue/fulfil policy.max-length: 10 -> 1000 through policy "theirs"',
      'changed queue/fulfil policy.overflow: undefined -> "reject-publish" through policy "theirs"',
      "unmanaged policy/theirs",
    ],
  ],
  [
    "policy: one for a queue that we have none for",
    (call) => call("PUT", "policies/%/theirs", policy("^plain$", { "message-ttl": 1000 })),
    [
      'changed queue/plain policy.message-ttl: 1000 -> undefined through policy "theirs"',
      "unmanaged policy/theirs",
    ],
  ],
  [
    "policy: one for everything, of which exchanges heed nothing",
    (call) =>
      call("PUT", "policies/%/theirs", {
        ...policy("^(orders|log)$", { "max-length": 1 }),
        "apply-to": "all",
      }),
    ["unmanaged policy/theirs"],
  ],
  [
    "policy: one whose pattern only PCRE reads as it is",
    (call) => call("PUT", "policies/%/theirs", policy("(?i)\\A[[:alpha:]]LAIN\\z", { "message-ttl": 1000 })),
    [
      'changed queue/plain policy.message-ttl: 1000 -> undefined through policy "theirs"',
      "unmanaged policy/theirs",
    ],
  ],
  [
    "policy: one of lower priority than ours changes nothing",
    (call) => call("PUT", "policies/%/theirs", policy("^fulfil$", { "max-length": 10 }, -1)),
    ["unmanaged policy/theirs"],
  ],
  [
    "operator policy: a lower limit than ours",
    (call) => call("PUT", "operator-policies/%/limits", policy(".*", { "max-length": 5 })),
    ['changed queue/fulfil policy.max-length: 5 -> 1000 through operator policy "limits"'],
  ],
  [
    "operator policy: a higher limit than ours, and one where we have none, are its own affair",
    (call) =>
      call("PUT", "operator-policies/%/limits", policy(".*", { "max-length": 5000, expires: 9_999_999 })),
    [],
  ],
];

const access: readonly Case[] = [
  [
    "user: deleted, and its rights with it",
    (call) => call("DELETE", `users/${web}`),
    [`missing permission/${web}`, `missing topic-permission/${web}`, `missing user/${web}`],
  ],
  [
    "user: a tag",
    (call) => call("PUT", `users/${web}`, { password: secret("WEB"), tags: "administrator" }),
    [`changed user/${web} tags: ["administrator"] -> []`],
  ],
  [
    "user: the same password with another salt is the same",
    (call) => call("PUT", `users/${web}`, { password: secret("WEB"), tags: "" }),
    [],
  ],
  [
    "user: another password",
    (call) => call("PUT", `users/${web}`, { password: "theirs", tags: "" }),
    [`changed user/${web} password: "(differs)" -> "\${secret:WEB}"`],
  ],
  [
    "user: one of a name that belongs to applications",
    (call) => call("PUT", `users/former-${name}`, { password: "theirs", tags: "" }),
    [`unmanaged user/former-${name}`],
  ],
  ...(["configure", "write", "read"] as const).map((right): Case => [
    `permission: may ${right} everything`,
    (call) => {
      const rights = { configure: "^$", write: "^(?:orders)$", read: "^$" };
      return call("PUT", `permissions/%/${web}`, { ...rights, [right]: ".*" });
    },
    [`changed permission/${web} ${right}: ".*" -> ${right === "write" ? '"^(?:orders)$"' : '"^$"'}`],
  ]),
  ["permission: deleted", (call) => call("DELETE", `permissions/%/${web}`), [`missing permission/${web}`]],
  [
    "permission: of somebody who is no application",
    async (call) => {
      await call("PUT", `users/${name}-admin`, { password: "theirs", tags: "" });
      await call("PUT", `permissions/%/${name}-admin`, { configure: "", write: "", read: ".*" });
    },
    [`unmanaged permission/${name}-admin`],
  ],
  [
    "topic permission: other keys",
    (call) => call("PUT", `topic-permissions/%/${web}`, { exchange: "orders", write: ".*", read: "" }),
    [`changed topic-permission/${web} rights`],
  ],
  [
    "topic permission: for one more exchange",
    (call) => call("PUT", `topic-permissions/%/${web}`, { exchange: "picks", write: ".*", read: "" }),
    [`changed topic-permission/${web} rights`],
  ],
  [
    "topic permission: deleted",
    (call) => call("DELETE", `topic-permissions/%/${web}`),
    [`missing topic-permission/${web}`],
  ],
];

export const cases: readonly Case[] = [
  ...vhosts,
  ...exchanges,
  ...queues,
  ...bindings,
  ...policies,
  ...access,
];
