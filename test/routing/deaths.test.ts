import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedRabbitmq } from "../brokers/sandboxes.ts";
import { compareDeaths, runs, timeout } from "./death-comparison.ts";
import { seed } from "./seed.ts";
import { RealVhost } from "./vhost.ts";

let vhost: RealVhost;
beforeAll(async () => {
  vhost = await RealVhost.create(sharedRabbitmq());
});
afterAll(() => vhost.close());

test(
  `the simulator agrees with RabbitMQ 4 on deaths in ${runs} random dead-letter graphs (seed ${seed})`,
  { timeout },
  async () => {
    expect(await compareDeaths(vhost, "4.0"), "deaths too rare to prove anything").toEqual([]);
  },
);
