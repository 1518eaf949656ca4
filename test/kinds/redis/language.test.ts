import { describe, expect, test } from "vitest";
import { checkRedis } from "../../patterns/redis/redis-plan.ts";

/** The problems of one deployment, as "rule: what why fix". */
function problems(words: string): string[] {
  return checkRedis(`jobs: { ${words} }`).diagnostics.map(
    ({ rule, what, why, fix }) => `${rule}: ${what} ${why} ${fix}`,
  );
}

const onKubernetes = "on: kubernetes, memory: 512Mi, storage: 8Gi";

describe("what a Redis may say", () => {
  test.each([
    onKubernetes,
    "on: external",
    // As a stack's overlay leaves it that turns a Redis on Kubernetes into an external one.
    "on: external, memory: 512Mi, storage: 8Gi, persistence: aof, replicas: 1",
    `${onKubernetes}, version: "7.2", persistence: aof, replicas: 1, password: "\${secret:REDIS_PASSWORD}"`,
    `${onKubernetes}, image: "registry.example.com:5000/redis:7.2.5"`,
    `${onKubernetes}, image: "redis@sha256:${"a".repeat(64)}"`,
    `${onKubernetes}, config: { maxclients: 500, save: "", lazyfree-lazy-expire: yes }`,
  ])("%s", (words) => {
    expect(problems(words)).toEqual([]);
  });
});

describe("what it may not say, and why", () => {
  test.each([
    ["", /^missing-key: .*lacks "on"/],
    ["on: kubernetes, storage: 8Gi", /^missing-key: .*lacks "memory".*refuses new jobs.*memory: 512Mi/],
    [
      "on: kubernetes, memory: 512Mi",
      /^missing-key: .*lacks "storage".*volume that keeps the jobs.*storage: 8Gi/,
    ],
    ["on: kubernetes, memory: 0Mi, storage: 8Gi", /^wrong-format: "memory" can't be "0Mi"/],
    ["on: kubernetes, memory: 512, storage: 8Gi", /^wrong-type: "memory" must be a string/],
    [
      `${onKubernetes}, persistence: rdb`,
      /^unknown-value: "persistence" can't be "rdb".*snapshots lose minutes.*Use aof/,
    ],
    [`${onKubernetes}, replicas: 2`, /^unknown-value: "replicas" can't be 2.*split the jobs.*Use 1/],
    [
      `${onKubernetes}, password: hunter2`,
      /^secret-in-clear: "password" holds a secret in clear(?!.*hunter2)/,
    ],
    [`${onKubernetes}, version: latest`, /^wrong-format: "version" can't be "latest".*moving tag/],
    [`${onKubernetes}, version: 7.2`, /^wrong-type: "version" must be a string/],
    [`${onKubernetes}, image: redis`, /^wrong-format: "image"/],
    [`${onKubernetes}, image: "redis:latest"`, /^wrong-format: "image".*Not latest/],
    [`${onKubernetes}, allowFrom: {}`, /^out-of-range: "allowFrom"/],
    [`${onKubernetes}, allowFrom: { app: "a b" }`, /^wrong-format: "app"/],
    [`${onKubernetes}, config: { save: "3600 1\\nappendonly no" }`, /^wrong-format: "save"/],
    [`${onKubernetes}, config: { save: [3600, 1] }`, /^wrong-type: "save"/],
    [`${onKubernetes}, memroy: 1Gi`, /^unknown-key: "memroy".*Did you mean "memory"/],
  ])("%s", (words, expected) => {
    expect(problems(words)).toEqual([expect.stringMatching(expected)]);
  });
});
