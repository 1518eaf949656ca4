import { describe, expect, test } from "vitest";
import { onlyVhost, passwordReference } from "../../src/adopt/found.ts";
import type { JsonObject } from "../../src/topology/json.ts";
import { adopted, readText, textsOf } from "./adopting.ts";

const written = (text: string, vhost?: string) => {
  const found = readText("definitions.json", text, vhost === undefined ? {} : { vhost });
  const result = adopted(found);
  expect(result.changes).toEqual([]);
  return { found, notes: result.notes.map(({ text: said }) => said), texts: textsOf(result) };
};

/** The lines of a file after its head. */
const bodyOf = (text: string): string => text.slice(text.indexOf("rabbitmq:\n"));

test("no two users are said to have the same password, and each name is the same whoever else there is", () => {
  const alike = [
    "a-b",
    "a_b",
    "a.b",
    "a b",
    "A-b",
    "a--b",
    "a-_b",
    "a_-b",
    "ä-b",
    "-a-b",
    "1",
    "2",
    "ü",
    "",
    "日本",
  ];
  const references = alike.map(passwordReference);
  expect(new Set(references).size).toBe(alike.length);
  for (const reference of references) expect(reference).toMatch(/^\$\{secret:[A-Z][A-Z0-9_]*_PASSWORD\}$/);
  expect(["web", "order-service", "order_service", "svc.orders"].map(passwordReference)).toEqual([
    "${secret:WEB_PASSWORD}",
    "${secret:ORDER_SERVICE_PASSWORD}",
    "${secret:ORDER__SERVICE_PASSWORD}",
    "${secret:SVC_ORDERS_90B29CBB_PASSWORD}",
  ]);
});

describe("formats", () => {
  test("3.6, written by hand: trailing commas, tags as one text, no types", () => {
    const { texts, found } = written(`{
  "rabbit_version": "3.6.5",
  "users": [{ "name": "ops", "password_hash": "c2VjcmV0", "tags": "administrator,monitoring" }],
  "vhosts": [{ "name": "/" }],
  "exchanges": [{ "name": "e", "vhost": "/", "type": "topic", "durable": true, "auto_delete": false, "arguments": [] }],
  "queues": [
	{ "name": "q", "vhost": "/", "durable": true, "auto_delete": false, "arguments": {} },
  ],
  "bindings": [{ "source": "e", "vhost": "/", "destination": "q", "destination_type": "queue", "routing_key": "k", "arguments": {} },],
}`);
    expect(bodyOf(texts["rabbitmq.yaml"]!)).toBe(`rabbitmq:
  version: "3.6"
  exchanges:
    e: { type: topic }
  queues:
    q: { type: implicit, bind: [ { exchange: e, key: k } ] }
  users:
    ops:
      password: \${secret:OPS_PASSWORD}
      tags: [ administrator, monitoring ]
`);
    const user = found.objects.find(({ kind }) => kind === "rabbitmq-user");
    expect(user?.spec).toEqual({
      name: "ops",
      tags: ["administrator", "monitoring"],
      password: "${secret:OPS_PASSWORD}",
    });
    expect(JSON.stringify([found, texts])).not.toContain("c2VjcmV0");
  });

  test("4.x: types beside the arguments, limits and descriptions of vhosts in new places", () => {
    const { texts } = written(`{
  "rabbitmq_version": "4.1.0", "rabbitmq_definition_format": "cluster",
  "vhosts": [
    { "name": "shop", "metadata": { "description": "The shop", "tags": [], "default_queue_type": "quorum" }, "limits": [] }
  ],
  "parameters": [{ "component": "vhost-limits", "name": "limits", "vhost": "shop", "value": { "max-queues": 7 } }],
  "queues": [
    { "name": "s", "vhost": "shop", "type": "stream", "durable": true, "auto_delete": false, "arguments": { "x-queue-type": "stream" } },
    { "name": "t", "vhost": "shop", "type": "quorum", "durable": true, "auto_delete": false, "arguments": {} }
  ]
}`);
    expect(bodyOf(texts["shop.yaml"]!)).toBe(`rabbitmq:
  version: "4.1"
  vhost: shop
  vhosts:
    shop: { description: The shop, defaultQueueType: quorum, limits: { queues: 7 } }
  queues:
    s: { type: stream }
    t: { type: quorum }
`);
  });

  test("one vhost, which the export may or may not name", () => {
    const queue = `"queues": [{ "name": "q", "durable": true, "auto_delete": false, "arguments": {} }]`;
    const unnamed = written(`{ "rabbit_version": "3.8.9", ${queue} }`);
    expect(Object.keys(unnamed.texts)).toEqual(["rabbitmq.yaml"]);
    expect(unnamed.notes).toEqual([expect.stringContaining("--vhost")]);
    expect(unnamed.texts["rabbitmq.yaml"]).toContain("--vhost");
    expect(written(`{ ${queue} }`, "shop")).toMatchObject({
      notes: [],
      texts: { "shop.yaml": expect.any(String) },
    });
    const named = `{ "rabbitmq_definition_format": "single_virtual_host", "original_vhost_name": "a/b", ${queue} }`;
    expect(written(named)).toMatchObject({
      notes: [],
      texts: { "a-b.yaml": expect.stringContaining("vhost: a/b\n") },
    });
  });

  test("several vhosts become a file each", () => {
    const { texts } = written(`{ "queues": [
      { "name": "q", "vhost": "a b" }, { "name": "q", "vhost": "A B" }, { "name": "r", "vhost": "/" }
    ] }`);
    expect(Object.keys(texts).toSorted()).toEqual(["a-b-2.yaml", "a-b.yaml", "rabbitmq.yaml"]);
  });
});

describe("what people did by hand", () => {
  const vhost = (parts: string): string => `{ "vhosts": [{ "name": "v" }], ${parts} }`;

  test("a dead-letter exchange in arguments becomes a word that keeps them there", () => {
    const { texts } = written(
      vhost(`"exchanges": [{ "name": "dlx", "vhost": "v", "type": "direct" }],
      "queues": [
        { "name": "q", "vhost": "v", "arguments": { "x-dead-letter-exchange": "dlx", "x-dead-letter-routing-key": "q.dead", "x-message-ttl": 5000 } },
        { "name": "q.dead", "vhost": "v" }
      ],
      "bindings": [{ "source": "dlx", "vhost": "v", "destination": "q.dead", "destination_type": "queue", "routing_key": "q.dead" }]`),
    );
    expect(texts["v.yaml"]).toContain(`    q:
      type: classic
      deadLetter: { exchange: dlx, key: q.dead, in: arguments }
      arguments: { x-message-ttl: 5000 }
    q.dead: { type: classic, bind: [ { exchange: dlx, key: q.dead } ] }
`);
  });

  test("a retry ladder stays as it is, and is called one", () => {
    const { texts } = written(
      vhost(`"queues": [
        { "name": "work", "vhost": "v" },
        { "name": "work.wait", "vhost": "v", "arguments": { "x-message-ttl": 30000, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "work" } }
      ]`),
    );
    expect(texts["v.yaml"]).toMatch(
      / {4}# Looks like a step of a retry ladder: messages wait 30s here and go on to work\.[^\n]*\n(?: {4}#.*\n)* {4}work\.wait:\n/,
    );
  });

  const waiting = (name: string, to?: string, ttl?: number): JsonObject => ({
    name,
    vhost: "v",
    arguments: {
      ...(ttl !== undefined && { "x-message-ttl": ttl }),
      ...(to !== undefined && { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": to }),
    },
  });

  test.each([
    ["messages that go round", [waiting("a", "b"), waiting("b", "a", 5000)], ["b"]],
    ["a name that says so", [waiting("delay.5s", "work", 5000), waiting("work")], ["delay.5s"]],
    [
      "messages that expire into a dead-letter queue",
      [waiting("work", "work.dlq", 5000), waiting("work.dlq")],
      [],
    ],
    ["messages that expire into any queue", [waiting("a", "b", 5000), waiting("b")], []],
    ["one of two of a kind", [waiting("work.wait", "work.dlq", 1), waiting("work.dlq")], []],
  ])("a step of a ladder is told by where messages go: %s", (_what, queues, steps) => {
    const { texts } = written(vhost(`"queues": ${JSON.stringify(queues)}`));
    const said = [...texts["v.yaml"]!.matchAll(/# Looks like [^\n]*\n(?: {4}#.*\n)* {4}(\S+):\n/g)];
    expect(said.map(([, name]) => name)).toEqual(steps);
  });

  test("policies keep name, pattern and place, limits in arguments stay there", () => {
    const { texts } = written(
      vhost(`"policies": [
        { "vhost": "v", "name": "ttl", "pattern": "^orders\\\\.", "apply-to": "queues", "priority": 3, "definition": { "message-ttl": 1000 } },
        { "vhost": "v", "name": "all", "pattern": ".*", "definition": { "max-length": 5 } }
      ],
      "queues": [{ "name": "orders.a", "vhost": "v", "arguments": { "x-max-length": 9, "x-max-priority": 4, "x-single-active-consumer": true } }]`),
    );
    expect(bodyOf(texts["v.yaml"]!)).toBe(`rabbitmq:
  vhost: v
  vhosts:
    v: {}
  queues:
    orders.a:
      type: classic
      priorities: 4
      singleActiveConsumer: true
      arguments: { x-max-length: 9 }
  policies:
    all: { pattern: .*, applyTo: all, definition: { max-length: 5 } }
    ttl: { pattern: ^orders\\., priority: 3, definition: { message-ttl: 1000 } }
`);
  });

  test("a dead-letter exchange that is not quite ours is not called ours", () => {
    const { texts } = written(
      vhost(`"exchanges": [{ "name": "q.dlx", "vhost": "v", "type": "fanout" }],
      "queues": [
        { "name": "q", "vhost": "v", "arguments": { "x-dead-letter-exchange": "q.dlx" } }, { "name": "q.dlq", "vhost": "v" }
      ],
      "bindings": [{ "source": "q.dlx", "vhost": "v", "destination": "q.dlq", "destination_type": "queue", "routing_key": "" }]`),
    );
    expect(texts["v.yaml"]).toContain("deadLetter: { exchange: q.dlx, in: arguments }");
    expect(texts["v.yaml"]).toContain("q.dlx: { type: fanout }");
  });

  test("one that is ours, with guests, keeps the guests", () => {
    const exchange = (name: string, type = "headers"): string =>
      `{ "name": "${name}", "vhost": "v", "type": "${type}" }`;
    const queue = (name: string, more = ""): string =>
      `{ "name": "${name}", "vhost": "v", "arguments": { "x-queue-type": "quorum"${more} } }`;
    const binding = (source: string, destination: string, type: string, match = ""): string =>
      `{ "source": "${source}", "vhost": "v", "destination": "${destination}", "destination_type": "${type}", "routing_key": "", "arguments": {${match}} }`;
    const dead = (name: string): string => queue(name, `, "x-dead-letter-exchange": "${name}.dlx"`);
    const all = `"x-match": "all"`;
    const ours = `"exchanges": [${exchange("q.dlx")}, ${exchange("r.dlx")}, ${exchange("e", "topic")}],
      "queues": [${dead("q")}, ${queue("q.dlq")}, ${dead("r")}, ${queue("r.dlq")}],`;
    const own = `${binding("q.dlx", "q.dlq", "queue", all)}, ${binding("r.dlx", "r.dlq", "queue", all)}`;
    const short = written(vhost(`${ours} "bindings": [${own}, ${binding("e", "q.dlq", "queue")}]`));
    expect(short.texts["v.yaml"]).toContain("q: { type: quorum, deadLetter: true }");
    expect(short.texts["v.yaml"]).toContain("q.dlq: { type: quorum, bind: [ { exchange: e } ] }");
    const long = written(vhost(`${ours} "bindings": [${own}, ${binding("e", "q.dlx", "exchange")}]`));
    expect(long.texts["v.yaml"]).toContain("q.dlx: { type: headers, bind: [ { exchange: e } ] }");
    expect(long.texts["v.yaml"]).toContain("r: { type: quorum, deadLetter: true }");
  });

  test("odd names come back to the letter", () => {
    const long = "ü".repeat(127) + "x";
    const names = ["a@b", "a/b", "a b", "<<", "- x", "yes", "1", "#", "constructor", "{}", long];
    const { texts, notes } = written(
      JSON.stringify({ queues: names.map((name) => ({ name, vhost: "v/1@x" })) }),
    );
    expect(notes).toEqual([expect.stringContaining('"<<" can\'t be a name')]);
    expect(texts["v-1-x.yaml"]).toContain(`    ${long}:\n      type: classic\n`);
  });
});

describe("what can't be said is named with its line, in the file and in the report", () => {
  const text = `{
  "vhosts": [{ "name": "v", "tags": ["a"], "tracing": true }],
  "global_parameters": [{ "name": "cluster_name", "value": "x" }, { "name": "mqtt_port_to_vhost_mapping", "value": {} }],
  "parameters": [
    { "vhost": "v", "component": "shovel", "name": "move", "value": { "src-uri": "amqp://u:hunter2@h" } },
    { "vhost": "v", "component": "operator_policy", "name": "cap", "value": { "pattern": ".*" } }
  ],
  "exchanges": [
    { "name": "delayed", "vhost": "v", "type": "x-unknown", "arguments": {} },
    { "name": "in", "vhost": "v", "type": "fanout", "internal": true },
    { "name": "amq.direct", "vhost": "v", "type": "direct" }
  ],
  "queues": [
    { "name": "q", "vhost": "v" },
    { "name": "amq.gen-1", "vhost": "v" },
    { "name": "tmp", "vhost": "v", "durable": false, "auto_delete": true },
    { "name": "mine", "vhost": "v", "exclusive": true }
  ],
  "bindings": [
    { "source": "delayed", "vhost": "v", "destination": "q", "destination_type": "queue", "routing_key": "k" },
    { "source": "", "vhost": "v", "destination": "q", "destination_type": "queue", "routing_key": "q" },
    { "source": "amq.topic", "vhost": "v", "destination": "amq.gen-1", "destination_type": "queue", "routing_key": "a" },
    { "source": "amq.topic", "vhost": "v", "destination": "amq.gen-1", "destination_type": "queue", "routing_key": "b" }
  ],
  "policies": [{ "vhost": "v", "name": "none", "pattern": ".*", "apply-to": "everything", "definition": { "a": 1 } }]
}`;
  const found = readText("definitions.json", text);
  const result = adopted(found);
  const notes = result.notes.map(({ place, text: said }) => `${/:[0-9]+$/.exec(place)?.[0]} ${said}`);

  test.each([
    [":2", "tags of the vhost"],
    [":2", "are traced"],
    [":3", "mqtt_port_to_vhost_mapping"],
    [":5", 'shovel "move"'],
    [":6", 'operator policy "cap"'],
    [":9", 'exchange "delayed"'],
    [":10", '"in" is internal'],
    [":15", '"amq.gen-1" was named by the broker'],
    [":16", '"tmp" is neither durable'],
    [":17", '"mine" is exclusive'],
    [":20", 'The binding from "delayed" to "q" (key "k")'],
    [":22", "2 bindings lead to queues that the broker named"],
    [":25", 'policy "none"'],
  ])("line %s: %s", (line, part) => {
    expect(notes.filter((note) => note.startsWith(`${line} `) && note.includes(part))).toHaveLength(1);
    const file = textsOf(result)["v.yaml"]!.replaceAll(/\n *# /g, " ");
    expect(file).toContain(part);
  });

  test("and nothing else is", () => {
    expect(notes).toHaveLength(13);
    expect(result.changes).toEqual([]);
    expect(JSON.stringify(result)).not.toContain("hunter2");
    expect(textsOf(result)["v.yaml"]).toMatch(
      /# Not taken over: The binding from "delayed"[^\n]*\n( {4}#.*\n)* {4}q: /,
    );
  });
});

test("what newer brokers, plugins or people added is named once for all entries that have it", () => {
  const { notes } = written(`{
  "//": "first", "//": { "second": [] },
  "vhosts": [
    { "name": "a", "metadata": { "tags": [], "protected_from_deletion": true }, "limits": { "max-channels": 7 } },
    { "name": "b", "metadata": { "protected_from_deletion": true, "description": null }, "limits": { "max-queues": 2 } }
  ],
  "parameters": [{ "vhost": "c", "component": "vhost-limits", "name": "limits", "value": { "max-queues": 3 } }],
  "queues": [{ "name": "q", "vhost": "a", "policy": null, "colour": "red" }]
}`);
  expect(notes).toEqual([
    'The limit "max-channels" of the vhost "a" has no word here.',
    'The set of limits "limits" in the vhost "c" has no word here. It stays on the broker as it is.',
    '"colour" in queues ("q") is not known here, and nothing of it was taken over.',
    '"protected_from_deletion" in the metadata of vhosts ("a", "b") is not known here, and nothing of it was taken over.',
  ]);
});

test("the right to the keys of an exchange is taken once, and the first one", () => {
  const right = (read: string): string =>
    `{ "user": "u", "vhost": "v", "exchange": "e", "write": "a", "read": "${read}" }`;
  const found = readText(
    "definitions.json",
    `{ "vhosts": [{ "name": "v" }], "users": [{ "name": "u", "tags": "" }], "queues": [],
    "topic_permissions": [${right("b")}, ${right("b")}, ${right("c")}] }`,
  );
  expect(found.objects.find(({ kind }) => kind === "rabbitmq-topic-permission")?.spec["rights"]).toEqual([
    { exchange: "e", write: "a", read: "b" },
  ]);
  expect(found.notes.map(({ text }) => text)).toEqual([
    expect.stringContaining("stands in the source twice"),
  ]);
});

test("an export of one vhost says what that vhost is like", () => {
  const { texts, notes } = written(`{
  "rabbitmq_definition_format": "single_virtual_host", "original_vhost_name": "shop",
  "metadata": { "tags": [], "default_queue_type": "quorum" }, "description": "The shop",
  "limits": { "max-queues": 9 }, "tags": [],
  "parameters": [], "queues": [{ "name": "q", "arguments": { "x-queue-type": "quorum" } }]
}`);
  expect(notes).toEqual([]);
  expect(bodyOf(texts["shop.yaml"]!)).toBe(`rabbitmq:
  vhost: shop
  vhosts:
    shop: { description: The shop, defaultQueueType: quorum, limits: { queues: 9 } }
  queues:
    q: { type: quorum }
`);
});

describe("what is no export is refused at its line", () => {
  test.each([
    ['{ "queues": [\n  { "name": "a" "vhost": "/" }\n] }', '2:17 A comma or "}" should stand here.'],
    ['{ "queues": [\n  { "name": "a",\n', '3:1 The file ends too early: a key or "}" is missing.'],
    ['{ "queues": [\n  { "vhost": "/" }\n] }', '2:3 Item 1 of "queues" lacks "name".'],
    ['{ "queues": [\n  { "name": 5 }\n] }', '2:13 "name" must be a string, and is 5.'],
    ["{ 'queues': [] }", "1:3 A key in double quotes should stand here."],
    ['{ "exchanges": [{ "name": "a" }] }', '1:17 Item 1 of "exchanges" lacks "type".'],
    ['{ "a": 1,\n "a": 2 }', '2:2 "a" stands twice in the same block.'],
    [
      '{ "queues": [{ "name": "q",\n "arguments": { "x": 12345678901234567890 } }] }',
      "2:22 12345678901234567890 has more digits",
    ],
    [
      '{ "vhosts": [{ "name": "v",\n "tags": [{}] }] }',
      '2:11 Item 1 of "tags" must be a string, and is a block.',
    ],
    ['{ "bindings": [{ "source": "e", "destination": "q",\n "destination_type": {} }] }', "can't be {}."],
    ["{}", "1:1 This is nothing that can be imported."],
    ["[1]", "1:1 This is nothing that can be imported."],
    [`{"queues":${"[".repeat(9999)}`, "nests deeper"],
  ])("%#", (text, message) => {
    expect(() => readText("definitions.json", text)).toThrow(message);
  });
});

test("one vhost of many is taken with the users that may use it, and nothing of the others", () => {
  const found = readText(
    "definitions.json",
    `{
  "vhosts": [{ "name": "a" }, { "name": "b", "tags": ["x"] }],
  "users": [{ "name": "u", "tags": "" }, { "name": "w", "tags": "" }],
  "permissions": [
    { "user": "u", "vhost": "a", "configure": "", "write": "", "read": "" },
    { "user": "w", "vhost": "b", "configure": "", "write": "", "read": "" }
  ],
  "queues": [{ "name": "q", "vhost": "a" }, { "name": "q", "vhost": "b" }]
}`,
  );
  const { objects, notes } = onlyVhost(found, "a");
  expect(objects.map(({ key }) => key)).toEqual([
    "rabbitmq/main/a/vhost",
    "rabbitmq/main/user/u",
    "rabbitmq/main/a/permission/u",
    "rabbitmq/main/a/queue/q",
  ]);
  expect(notes).toEqual([]);
});

test("exchanges of plugins keep their type, arguments and bindings", () => {
  const { texts, notes } = written(`{
  "exchanges": [{ "name": "later", "vhost": "v", "type": "x-delayed-message", "arguments": { "x-delayed-type": "direct" } }],
  "queues": [{ "name": "q", "vhost": "v" }],
  "bindings": [{ "source": "later", "vhost": "v", "destination": "q", "destination_type": "queue", "routing_key": "k" }]
}`);
  expect(notes).toEqual([]);
  expect(bodyOf(texts["v.yaml"]!)).toBe(`rabbitmq:
  vhost: v
  exchanges:
    later: { type: x-delayed-message, arguments: { x-delayed-type: direct } }
  queues:
    q: { type: classic, bind: [ { exchange: later, key: k } ] }
`);
});
