import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import type { QueueWithDeadLetter } from "../../patterns/dead-letter.ts";
import type { Compiled, Model } from "../../plan/model.ts";
import { type DeathReason, type Message, messageFor } from "../../routing/message.ts";
import { Simulator } from "../../routing/simulate.ts";
import type { Mark } from "../../topology/mark.ts";
import { perModel } from "./per-model.ts";
import { type QueueFacts, queueFacts } from "./queues.ts";
import { bindingsTo, deadLetterQueues } from "./targets.ts";
import { isRabbitmq, rabbitmqVersion } from "./version.ts";

type Queue = Compiled<QueueWithDeadLetter, QueueSpec>;

interface Simulation {
  readonly simulator: Simulator;
  /** One message for each of the first ways in which one can get into the queue. */
  messagesIn(queue: Queue): readonly Message[];
}

/** A queue with a hundred bindings of one exchange has the same dead letters by each. */
const ways = 8;

const simulations = perModel((model) => {
  const vhosts = Map.groupBy(model.all, ({ cluster, spec }) => JSON.stringify([cluster, spec["vhost"]]));
  const known = new Map<string, Simulator>();
  return ({ cluster, spec, file }: Queue): Simulator => {
    const id = JSON.stringify([cluster, spec.vhost]);
    let simulator = known.get(id);
    if (!simulator) {
      const place = { cluster, vhost: spec.vhost, version: rabbitmqVersion(file) };
      known.set(id, (simulator = new Simulator(vhosts.get(id) ?? [], place)));
    }
    return simulator;
  };
});

export function simulationOf(model: Model, queue: Queue): Simulation {
  return {
    simulator: simulations(model)(queue),
    messagesIn: ({ key, name }) => {
      const bindings = (bindingsTo(model).get(key) ?? []).slice(0, ways);
      return bindings.length > 0 ? bindings.map(({ spec }) => messageBy(spec)) : [messageFor("", name)];
    },
  };
}

/** A message that this binding takes: wildcards stand for the word "any". */
function messageBy({
  source,
  routingKey,
  arguments: { "x-match": _match, ...headers },
}: BindingSpec): Message {
  const key = routingKey.replace(/(?<=^|\.)[*#](?=\.|$)/g, "any");
  return messageFor(source, key, headers);
}

export interface DroppingCycle {
  /** Names of queues in the order of the deaths; from the last one the message would come back to the first. */
  readonly path: readonly string[];
  /** Why it dies in each of them. */
  readonly reasons: readonly DeathReason[];
  readonly mark: Mark;
}

/** The circles in which the broker drops messages that nobody rejected, each once. */
export const droppingCycles = perModel((model): readonly DroppingCycle[] => {
  const found = new Map<string, DroppingCycle>();
  const factsOf = new Map(queueFacts(model).map((facts) => [facts.queue.key, facts]));
  for (const facts of queueFacts(model)) {
    const { queue, setting } = facts;
    // What nothing is dead-lettered to is in no circle.
    if (setting("dead-letter-exchange") === undefined || !deadLetterQueues(model).has(queue.key)) continue;
    const { simulator, messagesIn } = simulationOf(model, queue);
    const beside = queue.key.slice(0, queue.key.lastIndexOf("/") + 1);
    const seen = new Set<string>();
    const walk = (name: string, message: Message, path: string[], reasons: DeathReason[]): void => {
      const here = factsOf.get(beside + queueSegment(name));
      for (const reason of here ? deathsOf(here) : []) {
        if (seen.has(`${name} ${reason}`)) continue;
        seen.add(`${name} ${reason}`);
        const { route, loss, kept, cycles } = simulator.die(name, message, reason);
        const way = [...path, name];
        const why = [...reasons, reason];
        const from = way.indexOf(cycles[0] ?? "");
        if (loss === "cycle" && !kept && from !== -1 && way.length - from > 1) {
          const members = way.slice(from).toSorted();
          const id = JSON.stringify([beside, members]);
          const at = factsOf.get(beside + queueSegment(way[from]!)) ?? facts;
          if (!found.has(id))
            found.set(id, {
              path: way.slice(from),
              reasons: why.slice(from),
              mark: at.placeOf("dead-letter-exchange"),
            });
        }
        for (const next of route?.queues ?? []) walk(next, route!.message, way, why);
      }
    };
    for (const message of messagesIn(queue)) walk(queue.name, message, [], []);
  }
  return [...found.values()];
});

const queueSegment = (name: string): string => name.replace(/[/%]/g, (one) => encodeURIComponent(one));

/** The deaths that happen in a queue without anybody's decision. */
function deathsOf({ queue, type, setting }: QueueFacts): DeathReason[] {
  if (type === "stream") return [];
  const isBounded = setting("max-length") !== undefined || setting("max-length-bytes") !== undefined;
  const limit = setting("delivery-limit");
  // Since 4.0 a quorum queue gives up after 20 deliveries unless it is told otherwise.
  const givesUp = type === "quorum" && limit !== -1 && (limit !== undefined || isRabbitmq(queue.file, "4.0"));
  return [
    ...(setting("message-ttl") !== undefined ? (["expired"] as const) : []),
    ...(isBounded && setting("overflow") !== "reject-publish" ? (["maxlen"] as const) : []),
    ...(givesUp ? (["delivery_limit"] as const) : []),
  ];
}
