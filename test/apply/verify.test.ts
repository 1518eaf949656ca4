import { expect, test } from "vitest";
import { verify } from "../../src/apply/verify.ts";
import type { Connection } from "../../src/live/connection.ts";
import type { ClusterUse } from "../../src/live/clusters.ts";
import { changesBetween } from "../../src/review/changes.ts";
import { planFrom } from "../brokers/project.ts";

const names = Array.from({ length: 12 }, (_, index) => `t${index}: { partitions: 1, replication: 1 }`);
const wanted = planFrom(`kafka: { topics: { ${names.join(", ")} } }`).objects;
const changes = changesBetween([], wanted);

/** A Kafka that has taken all topics, and shows `perRead` more of them each time it is read. */
function lagging(perRead: number, most: number): ClusterUse {
  let shown = 0;
  const read: Connection["read"] = () => {
    shown = Math.min(shown + perRead, most);
    return Promise.resolve({ objects: wanted.slice(0, shown), unchecked: [] });
  };
  const connection = { lags: true, read } as Connection;
  return { broker: "kafka", cluster: "main", desired: wanted, connection };
}

test("a broker that shows more each time is waited for, however long all of it takes", async () => {
  const { done, failures } = await verify(lagging(1, wanted.length), changes, [], 200);
  expect(failures).toEqual([]);
  expect(done).toHaveLength(wanted.length);
});

test("one that shows nothing more is not: what is there counts as done", async () => {
  const { done, failures } = await verify(lagging(5, 10), changes, [], 200);
  expect(done).toHaveLength(10);
  expect(failures.map(({ key }) => key)).toEqual(wanted.slice(10).map(({ key }) => key));
});
