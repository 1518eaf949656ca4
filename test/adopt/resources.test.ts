import { describe, expect, test } from "vitest";
import { adopted, readText, textsOf } from "./adopting.ts";

const written = (text: string) => {
  const result = adopted(readText("resources.yaml", text));
  expect(result.changes).toEqual([]);
  return {
    notes: result.notes.map(({ place, text: said }) => `${/:[0-9]+$/.exec(place)?.[0]} ${said}`),
    texts: textsOf(result),
  };
};
const bodyOf = (text: string): string => text.slice(text.search(/^(rabbitmq|kafka):/m));
const resource = (kind: string, spec: string, name = "x"): string =>
  `apiVersion: rabbitmq.com/v1beta1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: { rabbitmqClusterReference: { name: c }, ${spec} }\n`;
const all = (...documents: string[]): string => documents.join("---\n");

describe("RabbitMQ's Messaging Topology Operator", () => {
  test("every kind that has a word", () => {
    const { texts, notes } = written(
      all(
        resource("Vhost", "name: v, defaultQueueType: quorum, limits: { queues: 5 }"),
        resource("Exchange", "name: e, vhost: v, type: topic, durable: true"),
        resource("Exchange", "name: f, vhost: v, durable: true, arguments: { alternate-exchange: e }"),
        resource(
          "Queue",
          "name: q, vhost: v, type: quorum, durable: true, arguments: { x-delivery-limit: 3 }",
        ),
        resource("Binding", "vhost: v, source: e, destination: q, destinationType: queue, routingKey: k"),
        resource("Binding", "vhost: v, source: e, destination: f, destinationType: exchange"),
        resource("Policy", "name: p, vhost: v, pattern: ^q$, definition: { max-length: 1 }"),
        resource("SuperStream", "vhost: v, partitions: 2", "events"),
      ),
    );
    expect(notes).toEqual([]);
    expect(bodyOf(texts["v.yaml"]!)).toBe(`rabbitmq:
  vhost: v
  vhosts:
    v: { defaultQueueType: quorum, limits: { queues: 5 } }
  exchanges:
    e: { type: topic }
    events: { type: direct }
    f: { type: direct, alternate: e, bind: [ { exchange: e } ] }
  queues:
    events-0:
      type: stream
      bind: [ { exchange: events, key: "0", arguments: { x-stream-partition-order: 0 } } ]
    events-1:
      type: stream
      bind: [ { exchange: events, key: "1", arguments: { x-stream-partition-order: 1 } } ]
    q: { type: quorum, bind: [ { exchange: e, key: k } ], arguments: { x-delivery-limit: 3 } }
  policies:
    p: { pattern: ^q$, applyTo: all, definition: { max-length: 1 } }
`);
  });

  test("users by the name in their Secret, with permissions that are lists of names", () => {
    const secret = `apiVersion: v1
kind: Secret
metadata: { name: login }
data: { username: ${Buffer.from("web").toString("base64")}, password: ${Buffer.from("hunter2").toString("base64")} }
`;
    const { texts, notes } = written(
      all(
        secret,
        resource("User", "importCredentialsSecret: { name: login }", "web-user"),
        resource("User", "tags: []", "unknown-user"),
        resource("Exchange", "name: e, durable: true"),
        resource(
          "Permission",
          'vhost: /, userReference: { name: web-user }, permissions: { configure: "^$", write: "^(?:e)$", read: "^$" }',
        ),
        resource(
          "Permission",
          'vhost: /, userReference: { name: unknown-user }, permissions: { read: ".*" }',
          "theirs",
        ),
      ),
    );
    expect(texts["rabbitmq.yaml"]).toContain(
      '    web: { password: "${secret:WEB_PASSWORD}", publishes: [ e ] }\n',
    );
    expect(JSON.stringify([texts, notes])).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(notes).toEqual([
      ':11 The user of the resource "unknown-user" has a name that only its Secret in Kubernetes knows.',
      ':26 The permission "theirs" is for the user of the resource "unknown-user", whose name is not known here.',
      ':1 The Secret "login" is no messaging topology, and nothing of it was taken over.',
    ]);
  });

  test("every kind that has none is named", () => {
    const kinds = ["OperatorPolicy", "Federation", "Shovel", "SchemaReplication"];
    const { notes, texts } = written(
      all(resource("Queue", "name: q, durable: true"), ...kinds.map((kind) => resource(kind, "name: n"))),
    );
    expect(notes.map((note) => /The ([a-z ]+) "n" has no word here/.exec(note)?.[1])).toEqual([
      "operator policy",
      "federation upstream",
      "shovel",
      "schema replication",
    ]);
    expect(texts["rabbitmq.yaml"]!.match(/# Not taken over/g)).toHaveLength(4);
  });

  test("a queue that doesn't say durable is not, and the operator's releases differ in that", () => {
    const { notes, texts } = written(resource("Queue", "name: q, type: classic"));
    expect(texts["rabbitmq.yaml"]).toContain("q: { type: classic, durable: false }");
    expect(notes).toEqual([expect.stringContaining('doesn\'t say "durable"')]);
  });

  test("several clusters keep their names, what kubectl lists is read", () => {
    const list = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: ["a", "b"].map((cluster) => ({
        apiVersion: "rabbitmq.com/v1beta1",
        kind: "Queue",
        metadata: { name: "q" },
        spec: { name: "q", durable: true, rabbitmqClusterReference: { name: cluster } },
      })),
    });
    const { texts } = written(list);
    expect(Object.values(texts).map((text) => /^ {2}cluster: (.*)$/m.exec(text)?.[1])).toEqual(["a", "b"]);
  });
});

describe("Strimzi", () => {
  const topic = (spec: string, name = "t"): string =>
    `apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: { name: ${name}, labels: { strimzi.io/cluster: k } }\nspec: { ${spec} }\n`;
  const user = (spec: string, name = "web"): string => topic(spec, name).replace("KafkaTopic", "KafkaUser");
  const acl = (type: string, name: string, operations: string): string =>
    `{ resource: { type: ${type}, name: ${name} }, operations: [${operations}] }`;

  test("topics in our words, where they say the same", () => {
    const { texts, notes } = written(
      all(
        topic(
          "partitions: 3, replicas: 2, config: { retention.ms: 604800000, retention.bytes: 1073741824, cleanup.policy: 'delete,compact', min.insync.replicas: 2, compression.type: zstd }",
        ),
        topic(
          "partitions: 1, replicas: 1, topicName: Odd_Name, config: { retention.ms: -1, segment.bytes: '1e6' }",
          "odd",
        ),
        topic("partitions: 1", "open"),
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: { name: bare, labels: { strimzi.io/cluster: k } }\n",
        topic("partitions: 1, replicas: 1, topicName: __consumer_offsets", "own"),
      ),
    );
    expect(bodyOf(texts["kafka.yaml"]!)).toBe(`kafka:
  topics:
    Odd_Name: { partitions: 1, replication: 1, retention: forever, config: { segment.bytes: "1e6" } }
    t:
      partitions: 3
      replication: 2
      retention: 7d
      retentionBytes: 1Gi
      cleanup: [ compact, delete ]
      config: { min.insync.replicas: 2, compression.type: zstd }
`);
    expect(notes).toEqual([
      expect.stringContaining('"open" leaves its replicas to the default of the cluster'),
      expect.stringContaining('"bare" leaves its partitions to the default of the cluster'),
      expect.stringContaining('"__consumer_offsets" is Kafka\'s own'),
    ]);
  });

  test("users: who produces and consumes, quotas, and every ACL that is something else", () => {
    const { texts, notes } = written(
      all(
        topic("partitions: 1, replicas: 1"),
        user(
          `authentication: { type: scram-sha-512 }, quotas: { producerByteRate: 1048576, controllerMutationRate: 10 }, authorization: { type: simple, acls: [
  ${acl("topic", "t", "Write, Describe, Create")},
  ${acl("topic", "t", "Read")},
  ${acl("group", "g", "Read")},
  ${acl("cluster", "", "IdempotentWrite").replace(", name: ", "")}] }`,
        ),
      ),
    );
    expect(bodyOf(texts["kafka.yaml"]!).replaceAll(/\n *#.*/g, "")).toBe(`kafka:
  topics:
    t: { partitions: 1, replication: 1, producers: [ web ], consumers: { g: { app: web } } }
  apps:
    web: { password: "\${secret:WEB_PASSWORD}", quota: { producerBytes: 1Mi } }
`);
    expect(notes.map((note) => /Create|IdempotentWrite|controllerMutationRate/.exec(note)?.[0])).toEqual([
      "controllerMutationRate",
      "Create",
      "IdempotentWrite",
    ]);
  });

  test("certificates: the name in them is the application's", () => {
    const { texts, notes } = written(
      all(
        topic("partitions: 1, replicas: 1"),
        user(
          `authentication: { type: tls }, authorization: { type: simple, acls: [ ${acl("topic", "t", "Write, Describe")} ] }`,
        ),
      ),
    );
    expect(texts["kafka.yaml"]).toContain("producers: [ web ]");
    expect(notes).toEqual([]);
  });

  test("where some have passwords, those with certificates are named: applications need passwords there", () => {
    const writes = `authorization: { type: simple, acls: [ ${acl("topic", "t", "Write, Describe")} ] }`;
    const { texts, notes } = written(
      all(
        topic("partitions: 1, replicas: 1"),
        user(`authentication: { type: scram-sha-512 }, ${writes}`),
        user(`authentication: { type: tls }, quotas: { requestPercentage: 5 }, ${writes}`, "robot"),
      ),
    );
    expect(texts["kafka.yaml"]).toContain("producers: [ web ]");
    expect(notes).toEqual([
      ':14 That User:CN=robot is allowed Write, Describe on the topic "t" (literal, host *) is not said: Kafka has no password of that user (SCRAM-SHA-512), and an application in a file needs one.',
      ':11 The quota of "CN=robot" is not said: Kafka has no password of that user (SCRAM-SHA-512), and an application in a file needs one.',
    ]);
  });
});

describe("Strimzi's resources as strangers write them", () => {
  const kafka = (kind: string, rest: string, metadata = ""): string =>
    `apiVersion: kafka.strimzi.io/v1beta2\nkind: ${kind}\nmetadata: { name: x, ${metadata} }\n${rest}\n`;
  const label = "labels: { strimzi.io/cluster: k }";

  test("what is no topic and no user makes no cluster, nor does a namespace that only some name", () => {
    const { texts, notes } = written(
      all(
        kafka("Kafka", "spec: { kafka: { version: 4.2.0 } }"),
        kafka("KafkaTopic", "spec: { partitions: 1, replicas: 1 }", `namespace: n, ${label}`),
        kafka("KafkaUser", "spec: { authentication: { type: scram-sha-512 } }", label),
      ),
    );
    expect(bodyOf(texts["kafka.yaml"]!)).toBe(`kafka:
  topics:
    x: { partitions: 1, replication: 1 }
  apps:
    x: { password: "\${secret:X_PASSWORD}" }
`);
    expect(notes).toEqual([':1 The Kafka "x" is no messaging topology, and nothing of it was taken over.']);
  });

  test("several clusters are files of their names", () => {
    const { texts } = written(
      all(
        kafka("KafkaTopic", "spec: { partitions: 1, replicas: 1 }", "labels: { strimzi.io/cluster: near }"),
        kafka("KafkaTopic", "spec: { partitions: 1, replicas: 1 }", "labels: { strimzi.io/cluster: far }"),
      ),
    );
    expect(Object.keys(texts)).toEqual(["near.yaml", "far.yaml"]);
  });

  test("what Kafka keeps nothing of, and what Strimzi doesn't manage, is named", () => {
    const { notes } = written(
      all(
        kafka("KafkaUser", "spec: { authentication: { type: tls } }", label),
        kafka("KafkaUser", "spec:", label),
        kafka(
          "KafkaTopic",
          "spec: { partitions: 1, replicas: 1 }",
          `${label}, annotations: { strimzi.io/managed: "false" }`,
        ),
      ),
    );
    expect(notes).toEqual([
      expect.stringContaining("Kafka keeps nothing of it"),
      expect.stringContaining("Kafka keeps nothing of it"),
      expect.stringContaining("not managed by Strimzi"),
    ]);
  });

  test("the rights of a user on one thing are one sentence, and * is everything", () => {
    const { notes } = written(
      kafka(
        "KafkaUser",
        `spec:
  authentication: { type: tls-external }
  authorization:
    type: simple
    acls:
      - { resource: { type: topic, name: "*" }, operations: [Read, Describe] }
      - { resource: { type: topic, name: shop-, patternType: prefix }, operation: Write, type: deny, host: 10.0.0.1 }
      - { resource: { type: cluster }, operations: [] }`,
        label,
      ),
    );
    expect(notes).toEqual([
      ':1 A rule of the user "x" names no operation.',
      ":9 That User:CN=x is allowed Read, Describe on every topic (host *) is not what producers and consumers need, and has no word here.",
      ':10 That User:CN=x is denied Write on the topic "shop-" (prefixed, host 10.0.0.1) is not what producers and consumers need, and has no word here.',
    ]);
  });

  test("settings keep every digit, and what is empty is not there", () => {
    const { texts } = written(
      kafka(
        "KafkaTopic",
        `spec:
  partitions: 1
  replicas: 1
  config:
    retention.ms: 259200000.0
    flush.messages: 9223372036854775807
    min.cleanable.dirty.ratio: 0.05
    preallocate: true
    segment.ms:
`,
        label,
      ),
    );
    expect(texts["kafka.yaml"]).toContain('flush.messages: "9223372036854775807"');
    expect(texts["kafka.yaml"]).toContain("min.cleanable.dirty.ratio: 0.05");
    expect(texts["kafka.yaml"]).not.toContain("segment.ms");
  });

  const rule = (text: string): string =>
    kafka("KafkaUser", `spec:\n  authorization:\n    acls:\n      - ${text}`, label);
  test.each([
    [
      rule("{ resource: { type: topic, name: a }, operation: Read, type: Deny }"),
      '7:70 "type" can\'t be "Deny"',
    ],
    [
      rule("{ resource: { type: topic, name: a, patternType: prefixed }, operation: Read }"),
      '7:58 "patternType" can\'t be "prefixed"',
    ],
    [rule("{ resource: { type: topic, name: a }, operations: [read] }"), '7:60 Item 1 of "operations"'],
    [rule("{ resource: { type: topic }, operations: [Read] }"), '7:11 "resource" lacks "name"'],
    [kafka("KafkaTopic", "spec: { partitions: 1 }", 'labels: { a: "{{ .x }}" }'), "3:35 This is a template"],
    [kafka("KafkaTopic", 'spec: { topicName: "${env}-a" }'), "4:20 This is a template"],
    ["{{- if .Values.x }}\napiVersion: v1\n{{ end }}\n", "1:1 This is a template"],
    [kafka("KafkaTopic", "spec: { partitions: {{ .x }} }"), "4:21 This is a template"],
  ])("refused: %#", (text, message) => {
    expect(() => readText("strimzi.yaml", text)).toThrow(message);
  });
});

describe("what is wrong is refused at its line", () => {
  test.each([
    [
      "apiVersion: rabbitmq.com/v1beta1\nkind: Queue\nmetadata: { name: a }\nspec:\n  vhost: v\n",
      '"spec" lacks "name"',
    ],
    [
      "apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: { name: a }\nspec:\n  partitions: many\n",
      '5:15 "partitions" must be an integer',
    ],
    [`${resource("Queue", "name: q")}---\na: [\n`, "7:1 "],
    ["a: 1\n", "1:1 This is nothing that can be imported."],
    ["", "1:1 This is nothing that can be imported."],
    ["apiVersion: rabbitmq.com/v1beta1\nkind: Queue\nmetadata: { name: {{ .Values.name }} }\n", "3:"],
  ])("%#", (text, message) => {
    expect(() => readText("resources.yaml", text)).toThrow(message);
  });
});
