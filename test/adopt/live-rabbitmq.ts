import type { Found } from "../../src/adopt/found.ts";
import { readRabbitmq } from "../../src/adopt/sources/rabbitmq-live.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import { environmentOf, noSecrets } from "../brokers/project.ts";
import { ownRabbitmq, sharedRabbitmq } from "../brokers/sandboxes.ts";

export /** What an import of the whole broker finds in one vhost: the others are those of other tests. */
async function foundIn(vhost: string, rabbitmq: RabbitmqState): Promise<Found> {
  const cluster = environmentOf({ rabbitmq }).clusters.rabbitmq.get("main")!;
  const found = await readRabbitmq(cluster, noSecrets);
  const place = `rabbitmq/main/${vhost}`;
  return {
    ...found,
    objects: found.objects.filter(({ key }) => key.startsWith(`${place}/`)),
    notes: found.notes.filter(({ about }) => about === place || about.startsWith(`${place}/`)),
  };
}

export const series = [
  ["4.x", async () => ({ rabbitmq: sharedRabbitmq(), stop: async () => undefined })],
  ["3.10", () => ownRabbitmq("3.10")],
] as const;
