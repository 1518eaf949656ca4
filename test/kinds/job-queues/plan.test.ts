import { describe, expect, test } from "vitest";
import { changesBetween } from "../../../src/review/changes.ts";
import { planFrom } from "../../brokers/project.ts";

const email = `
      email:
        library: { name: bullmq, major: 6 }
        attempts: 3
        backoff: { type: exponential, delay: 1s, jitter: 0.5 }
        removeOnComplete: true
        removeOnFail: { age: 7d, count: 1000 }
        priority: 1
        delay: 5s
        rateLimit: { max: 10, duration: 1m }
        concurrency: 5
        globalConcurrency: 20
        schedules:
          daily-report: { cron: "0 9 * * *", timezone: Asia/Seoul, data: { type: daily-report } }
          reminder: { every: 24h, name: remind, limit: 30, startDate: 2027-01-01, endDate: "2027-02-01T09:00:00+09:00" }
        data: { email: { type: object, required: [to] } }
        deadLetter: { queue: email.dead }
      email.dead: { library: { name: bullmq, major: 6 } }
`;
const inRedis = (queues: string, place = "on: external"): string =>
  `redis:\n  jobs:\n    ${place}\n    queues:\n${queues}`;
const onKubernetes = "on: kubernetes\n    memory: 512Mi\n    storage: 8Gi\n    namespace: shop";

function specOf(text: string, key: string): Record<string, unknown> {
  const found = planFrom(text).objects.find((object) => object.key === key);
  if (!found) throw new Error(`There is no ${key}.`);
  return found.spec;
}

/** What a change of a queue's words does, as [field, impact]. */
function impactOf(before: string, after: string): [string, string][] {
  const objects = (words: string) =>
    planFrom(inRedis(`      email: { library: { name: bullmq, major: 6 }, ${words} }\n`)).objects;
  return changesBetween(objects(before), objects(after)).flatMap(({ fields }) =>
    fields.map(({ field, impact }): [string, string] => [field, impact]),
  );
}

describe("a job queue", () => {
  test("is an object of its own with what lives inside Redis, and what applications are told", () => {
    expect(specOf(inRedis(email), "redis/jobs/queue/email")).toEqual({
      queue: "email",
      library: { name: "bullmq", major: 6 },
      prefix: "bull",
      globalConcurrency: 20,
      rateLimit: { max: 10, duration: 60_000 },
      schedules: {
        "daily-report": {
          name: "daily-report",
          data: { type: "daily-report" },
          cron: "0 9 * * *",
          timezone: "Asia/Seoul",
          options: optionsOfJobs,
        },
        reminder: {
          name: "remind",
          data: {},
          every: 86_400_000,
          limit: 30,
          startDate: Date.UTC(2027, 0, 1),
          endDate: Date.UTC(2027, 1, 1),
          options: optionsOfJobs,
        },
      },
      client: settings,
    });
  });

  test("on Kubernetes has its settings in a ConfigMap beside Redis, a JSON file a queue", () => {
    const text = `${inRedis(email, onKubernetes)}      "{a}b": { library: { name: bull, major: 4 }, rateLimit: { max: 2, duration: 1s } }
    idempotency: { keyPrefix: "processed:", ttl: 24h }
`;
    const { data, metadata } = specOf(text, "kubernetes/main/ConfigMap/shop/redis-jobs-queues") as {
      data: Record<string, string>;
      metadata: { labels: object };
    };
    const files = Object.fromEntries(Object.entries(data).map(([name, file]) => [name, JSON.parse(file)]));
    expect(Object.keys(files).toSorted()).toEqual([
      "idempotency.json",
      expect.stringMatching(/^queue\._a_b-[0-9a-f]{8}\.json$/),
      "queue.email.dead.json",
      "queue.email.json",
    ]);
    expect(files["queue.email.json"]).toEqual(settings);
    expect(files["idempotency.json"]).toEqual({ keyPrefix: "processed:", ttl: 86_400 });
    const bull = Object.values(files).find(({ name }) => name === "{a}b");
    expect(bull).toMatchObject({
      queue: { defaultJobOptions: { attempts: 1 }, limiter: { max: 2, duration: 1000 } },
      worker: { concurrency: 1 },
      deadLetter: "failed-set",
    });
    expect(metadata.labels).toMatchObject({ "app.kubernetes.io/managed-by": "queueform" });
  });

  test("on an external Redis has no ConfigMap, and its idempotency stands with the Redis", () => {
    const text = `${inRedis(email)}    idempotency: { keyPrefix: "processed:", ttl: 24h }\n`;
    expect(planFrom(text).objects.map(({ kind }) => kind)).not.toContain("kubernetes-object");
    expect(specOf(text, "redis/jobs/server/jobs")).toMatchObject({
      idempotency: { keyPrefix: "processed:", ttl: 86_400 },
    });
  });

  test("without queues changes nothing of a Redis", () => {
    const plain = planFrom(`redis:\n  jobs:\n    ${onKubernetes}\n`).objects;
    expect(planFrom(inRedis("      {}", onKubernetes)).objects).toEqual(plain);
  });
});

test.each([
  [
    "prefix: bull",
    "prefix: shop",
    [
      ["client.queue.prefix", "safe"],
      ["client.worker.prefix", "safe"],
      ["prefix", "message-loss"],
    ],
  ],
  ["attempts: 3", "attempts: 5", [["client.queue.defaultJobOptions.attempts", "safe"]]],
  ["globalConcurrency: 3", "globalConcurrency: 2", [["globalConcurrency", "safe"]]],
  ["schedules: { a.b: { every: 1h } }", "schedules: {}", [["schedules.a.b", "disruption"]]],
  ["schedules: {}", "schedules: { a.b: { every: 1h } }", [["schedules.a.b", "safe"]]],
  [
    "schedules: { a.b: { every: 1h } }",
    "schedules: { a.b: { every: 2h } }",
    [["schedules.a.b.every", "safe"]],
  ],
  ["deadLetter: failed-set", "deadLetter: { queue: email }", [["client.deadLetter", "disruption"]]],
])("a change from %s to %s says what it does", (before, after, impacts) => {
  expect(impactOf(before, after)).toEqual(impacts);
});

test.each([
  ["priority: -1", /priority.*>= 0/],
  ["backoff: { type: linear, delay: 1s }", /can't be "linear"/],
  ["backoff: { type: fixed, delay: 0s }", /delay.*can't be "0s"/],
  ["removeOnComplete: often", /removeOnComplete.*must be/],
  ["deadLetter: nowhere", /deadLetter.*can't be "nowhere"/],
  ["schedules: { a: { every: 1h, startDate: 2027-01-01T09:00 } }", /startDate.*can't be/],
  ["repeat: { cron: x }", /"repeat" is not a word/],
])("%s is a mistake that is told", (words, message) => {
  expect(() => impactOf(words, "priority: 1")).toThrow(message);
});

const optionsOfJobs = {
  attempts: 3,
  backoff: { type: "exponential", delay: 1000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { age: 604_800, count: 1000 },
  priority: 1,
};
const settings = {
  name: "email",
  library: { name: "bullmq", major: 6 },
  queue: { prefix: "bull", defaultJobOptions: { ...optionsOfJobs, delay: 5000 } },
  worker: { prefix: "bull", concurrency: 5 },
  deadLetter: { queue: "email.dead" },
  data: { email: { type: "object", required: ["to"] } },
};
