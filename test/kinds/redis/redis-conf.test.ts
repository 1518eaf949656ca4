import { expect, test } from "vitest";
import { redisConf } from "../../../src/kinds/redis-server/redis-conf.ts";

const directives = (conf: string): string[] =>
  conf.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("keeps jobs: AOF every second, no eviction, three quarters of the memory", () => {
  expect(redisConf({ memory: "512Mi" })).toBe(
    `# Made by Queueform (redis-conf.ts) from the topology: change it there, not here.
port 6379
dir /data
appendonly yes
maxmemory-policy noeviction
maxmemory 402653184
appendfsync everysec
protected-mode no
save ""
`,
  );
});

test("an external Redis of unknown size gets no limit", () => {
  expect(redisConf({})).not.toContain("maxmemory ");
});

test("protected mode is on exactly when there is a password, which itself never shows", () => {
  const conf = redisConf({ memory: "1Gi", password: "${secret:REDIS_PASSWORD}" });
  expect(directives(conf)).toContain("protected-mode yes");
  expect(conf).not.toMatch(/REDIS_PASSWORD|requirepass/);
});

test("further directives are sorted, override only what may be, and stand there once", () => {
  const conf = redisConf({
    memory: "1Gi",
    config: { "tcp-keepalive": 60, AppendFsync: "always", "lazyfree-lazy-expire": true, save: "3600 1" },
  });
  expect(directives(conf).slice(5)).toEqual([
    "appendfsync always",
    "lazyfree-lazy-expire yes",
    "protected-mode no",
    "save 3600 1",
    "tcp-keepalive 60",
  ]);
});

test("the order in which directives are written down changes nothing", () => {
  const one = redisConf({ memory: "1Gi", config: { timeout: 5, databases: 2 } });
  expect(redisConf({ config: { databases: 2, timeout: 5 }, memory: "1Gi" })).toBe(one);
});
