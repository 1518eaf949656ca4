import type { RabbitmqClient } from "../brokers/rabbitmq.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { PlanObject } from "../plan/plan.ts";
import { isObject } from "../topology/json.ts";
import type { Ailment } from "./connection.ts";

/** Queues without consumers, dead letters that wait, alarms. Throws BrokerError. */
export async function rabbitmqAilments(
  client: RabbitmqClient,
  cluster: string,
  desired: readonly PlanObject[],
): Promise<Ailment[]> {
  const base = { broker: "rabbitmq", cluster } as const;
  const queues = desired.filter(({ kind }) => kind === "rabbitmq-queue");
  const groups = [...Map.groupBy(queues, ({ spec }) => String(spec["vhost"]))];
  const [nodes, counted] = await Promise.all([
    client.nodes(),
    Promise.all(groups.map(async ([vhost, own]) => [own, await client.queueCounts(vhost)] as const)),
  ]);
  const ends = deadLetterQueues(desired);
  return [
    ...nodes.flatMap(({ name, running, mem_alarm: memory, disk_free_alarm: disk }): Ailment[] => [
      ...(running === false
        ? [{ ...base, check: "alarm", sentence: `Node ${name} is down. Start it, or take it out.` } as const]
        : []),
      ...(memory || disk
        ? [
            {
              ...base,
              check: "alarm",
              sentence: `Node ${name} is short of ${[memory && "memory", disk && "disk"].filter(Boolean).join(" and ")}, so RabbitMQ blocks everybody who publishes, on all nodes. Let queues run empty, or give it more.`,
            } as const,
          ]
        : []),
    ]),
    ...counted.flatMap(([own, counts]) =>
      own.flatMap((object): Ailment[] => {
        const held = counts?.get(String(object.spec["name"]));
        const found = held && ailmentOf(object, held, ends.has(object.key));
        return found ? [{ ...base, key: object.key, ...found }] : [];
      }),
    ),
  ];
}

function ailmentOf(
  object: PlanObject,
  { messages, consumers }: { readonly messages: number; readonly consumers: number },
  isEnd: boolean,
): Pick<Ailment, "check" | "sentence"> | undefined {
  const waiting = messages === 1 ? "1 message waits" : `${messages} messages wait`;
  if (isEnd && messages > 0) {
    const sentence = `${waiting} in this dead-letter queue. Find out why they failed, then publish them again or delete them.`;
    return { check: "dead-letters", sentence };
  }
  if (consumers > 0 || isEnd) return undefined;
  const wanted = object.operations?.["consumers"];
  if (isObject(wanted)) {
    const app = typeof wanted["app"] === "string" ? `the application "${wanted["app"]}"` : "somebody";
    const sentence = `The file says that ${app} consumes this queue, and nobody does; ${waiting}. Start it, or look at its log.`;
    return { check: "no-consumer", sentence };
  }
  if (messages === 0 || object.addedBy !== undefined || isStage(object)) return undefined;
  return {
    check: "no-consumer",
    sentence: `Nobody consumes this queue, and ${waiting}. Start its consumers, or delete it if nobody needs it.`,
  };
}

/** Messages wait there for a time and go on by themselves. */
const isStage = ({ spec }: PlanObject): boolean => deadLetterExchangeOf(spec as QueueSpec) !== undefined;

const deadLetterExchangeOf = (spec: QueueSpec): string | undefined => {
  const name = spec.arguments["x-dead-letter-exchange"];
  return typeof name === "string" ? name : undefined;
};

const place = ({ spec }: PlanObject, name: string): string => JSON.stringify([spec["vhost"], name]);

/** Keys of the queues in which dead letters end: bound to a dead-letter exchange, and no stage of a retry. */
function deadLetterQueues(desired: readonly PlanObject[]): Set<string> {
  const queues = desired.filter(({ kind }) => kind === "rabbitmq-queue");
  const exchanges = new Set(
    queues.flatMap((queue) => {
      const name = queue.addedBy === "retry" ? undefined : deadLetterExchangeOf(queue.spec as QueueSpec);
      return name === undefined ? [] : [place(queue, name)];
    }),
  );
  const ends = new Set(
    desired.flatMap((object) => {
      if (object.kind !== "rabbitmq-binding") return [];
      const { source, destination, destinationType } = object.spec as BindingSpec;
      return destinationType === "queue" && exchanges.has(place(object, source))
        ? [place(object, destination)]
        : [];
    }),
  );
  return new Set(
    queues
      .filter((queue) => ends.has(place(queue, String(queue.spec["name"]))) && !isStage(queue))
      .map(({ key }) => key),
  );
}
