import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../kinds/rabbitmq-policy/definition.ts";
import { PolicyMatcher } from "../kinds/rabbitmq-policy/matching.ts";
import { type QueueType, storedQueueType } from "../kinds/rabbitmq-queue/arguments.ts";
import type { QueueSpec } from "../kinds/rabbitmq-queue/definition.ts";
import type { Json, JsonObject } from "../topology/json.ts";
import { BindingIndex } from "./bindings.ts";
import { visibleHeaders } from "./headers.ts";
import { type DeathReason, deadLetterOf, isCycle, type Message, messageFor } from "./message.ts";

/** As they stand in a model or a plan; objects of other brokers and vhosts are passed over. */
export interface RoutedObject {
  readonly kind: string;
  readonly cluster: string;
  readonly spec: JsonObject;
}

export interface VhostPlace {
  readonly cluster: string;
  readonly vhost: string;
  /** Of the broker, as "4.0" (the default): dead letters of brokers before 3.13 carry fewer headers. */
  readonly version?: string;
}

/** What an exchange did with a message. */
export interface ExchangeStep {
  readonly exchange: string;
  /** Undefined when there is no such exchange. */
  readonly type?: string;
  /** The bindings that took the message, with what the exchange behind each did; empty at the default exchange. */
  readonly taken: readonly { readonly binding: BindingSpec; readonly next?: ExchangeStep }[];
  /** Queues that the default exchange found by name. */
  readonly named: readonly string[];
  /** Where it went because no binding took it. */
  readonly alternate?: ExchangeStep;
  /** The message had been to this exchange already: an exchange takes it once. */
  readonly again?: true;
}

export interface Route {
  readonly way: ExchangeStep;
  /** Sorted, each once: a queue gets one copy, whatever the number of bindings. Empty: the message is dropped. */
  readonly queues: readonly string[];
  /** What lies in each of these queues. */
  readonly message: Message;
}

/** Why a dead letter reaches nothing. */
export type Loss = "no-dead-letter-exchange" | "exchange-missing" | "unroutable" | "cycle";

export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** Absent when the queue has no dead-letter exchange. */
  readonly route?: Route;
  /** Queues where the dead letter was not let in, because it would go round for ever. */
  readonly cycles: readonly string[];
  /** Absent when a queue got the dead letter. */
  readonly loss?: Loss;
  /** With a loss: the queue holds on to the message instead, because it dead-letters at least once. */
  readonly kept: boolean;
}

const builtIn: readonly (readonly [name: string, type: string])[] = [
  // As somebody's alternate the default exchange finds no queue by its name: it is a direct exchange without bindings.
  ["", "direct"],
  ["amq.direct", "direct"],
  ["amq.fanout", "fanout"],
  ["amq.topic", "topic"],
  ["amq.headers", "headers"],
  ["amq.match", "headers"],
  ["amq.rabbitmq.log", "topic"],
  ["amq.rabbitmq.trace", "topic"],
];

interface QueueState {
  readonly type: QueueType;
  /** What arguments or the policy set: the argument wins. */
  readonly setting: (name: string) => Json | undefined;
}

/** Routes messages as RabbitMQ would, in one vhost. Pure: it knows the topology, not what is in the queues. */
export class Simulator {
  private readonly exchanges = new Map<
    string,
    { readonly type: string; readonly alternate: string | undefined }
  >();
  private readonly queues = new Map<string, QueueState>();
  private readonly bindings: ReadonlyMap<string, BindingIndex>;
  private readonly before313: boolean;

  constructor(objects: Iterable<RoutedObject>, { cluster, vhost, version = "4.0" }: VhostPlace) {
    const [major = 4, minor = 0] = version.split(".").map(Number);
    this.before313 = major < 3 || (major === 3 && minor < 13);
    const here = [...objects].filter((one) => one.cluster === cluster && one.spec["vhost"] === vhost);
    const ofKind = <Spec extends JsonObject>(id: string): Spec[] =>
      here.filter(({ kind }) => kind === id).map(({ spec }) => spec as Spec);
    const policies = new PolicyMatcher(ofKind<PolicySpec>("rabbitmq-policy"));
    const declared = ofKind<ExchangeSpec>("rabbitmq-exchange");
    const builtIns = builtIn.map(([name, type]) => ({ name, type, arguments: {} as JsonObject }));
    for (const { name, type, arguments: values } of [...builtIns, ...declared]) {
      const policy = policies.effective({ vhost, name, type: "exchange" });
      const alternate = values["alternate-exchange"] ?? policy["alternate-exchange"];
      // What is delayed is routed in the end as another type would.
      const routedAs = type === "x-delayed-message" ? String(values["x-delayed-type"]) : type;
      this.exchanges.set(name, {
        type: routedAs,
        alternate: typeof alternate === "string" ? alternate : undefined,
      });
    }
    for (const { name, arguments: values } of ofKind<QueueSpec>("rabbitmq-queue")) {
      const type = storedQueueType(values);
      const policy = policies.effective({ vhost, name, type });
      this.queues.set(name, { type, setting: (setting) => values[`x-${setting}`] ?? policy[setting] });
    }
    const bySource = Map.groupBy(
      ofKind<BindingSpec>("rabbitmq-binding").filter(({ destination, destinationType }) =>
        (destinationType === "queue" ? this.queues : this.exchanges).has(destination),
      ),
      ({ source }) => source,
    );
    this.bindings = new Map(
      [...bySource].map(([source, bindings]) => [
        source,
        new BindingIndex(this.exchanges.get(source)?.type ?? "", bindings),
      ]),
    );
  }

  hasExchange(name: string): boolean {
    return this.exchanges.has(name);
  }

  /** Its type, and its alternate as arguments or policy say it; undefined when there is no such exchange. */
  exchange(name: string): { readonly type: string; readonly alternate: string | undefined } | undefined {
    return this.exchanges.get(name);
  }

  /** Sorted; without the default exchange. */
  exchangeNames(): string[] {
    return [...this.exchanges.keys()].filter((name) => name !== "").toSorted();
  }

  /** Sorted. */
  queueNames(): string[] {
    return [...this.queues.keys()].toSorted();
  }

  /** For example "message-ttl": what the queue's arguments or its policy say; undefined when neither does. */
  queueSetting(queue: string, name: string): Json | undefined {
    return this.queues.get(queue)?.setting(name);
  }

  /** Whether a message in this queue can be rejected, expire or be pushed out: streams only ever forget. */
  canDie(queue: string): boolean {
    return this.queues.has(queue) && this.queues.get(queue)?.type !== "stream";
  }

  publish(exchange: string, key: string, headers: Readonly<Record<string, Json>> = {}): Route {
    return this.route(messageFor(exchange, key, headers));
  }

  /** What becomes of a message that this queue gives up. The queue must be one of this vhost that `canDie`. */
  die(queue: string, message: Message, reason: DeathReason): Death {
    const setting = (name: string): Json | undefined => this.queueSetting(queue, name);
    const exchange = setting("dead-letter-exchange");
    if (typeof exchange !== "string")
      return { queue, reason, cycles: [], loss: "no-dead-letter-exchange", kept: false };
    const key = setting("dead-letter-routing-key");
    const dead = deadLetterOf(
      message,
      { queue, reason },
      { exchange, key: typeof key === "string" ? key : undefined },
      this.before313,
    );
    const found = this.route(dead);
    // A rejection is a decision, so it may send a message to where it was; what happens by itself may not.
    const cycles = reason === "rejected" ? [] : found.queues.filter((name) => isCycle(name, dead.deaths));
    const queues = found.queues.filter((name) => !cycles.includes(name));
    const loss: Loss | undefined = !this.hasExchange(exchange)
      ? "exchange-missing"
      : found.queues.length === 0
        ? "unroutable"
        : queues.length === 0
          ? "cycle"
          : undefined;
    const atLeastOnce =
      this.queues.get(queue)?.type === "quorum" &&
      setting("dead-letter-strategy") === "at-least-once" &&
      setting("overflow") === "reject-publish";
    const kept = loss !== undefined && atLeastOnce;
    return { queue, reason, route: { ...found, queues }, cycles, ...(loss && { loss }), kept };
  }

  private route(message: Message): Route {
    const headers = visibleHeaders(message, this.before313);
    const seen = new Set<string>();
    const queues = new Set<string>();
    const visit = (exchange: string): ExchangeStep => {
      if (seen.has(exchange)) return { exchange, taken: [], named: [], again: true };
      seen.add(exchange);
      const state = this.exchanges.get(exchange);
      if (!state) return { exchange, taken: [], named: [] };
      const { type, alternate } = state;
      const taken = (this.bindings.get(exchange)?.taking(message.keys, headers) ?? []).map((binding) => {
        if (binding.destinationType === "exchange") return { binding, next: visit(binding.destination) };
        queues.add(binding.destination);
        return { binding };
      });
      const further = taken.length === 0 && alternate !== undefined ? visit(alternate) : undefined;
      return { exchange, type, taken, named: [], ...(further && { alternate: further }) };
    };
    const byName = (): ExchangeStep => {
      const named = [...new Set(message.keys)].filter((key) => this.queues.has(key));
      for (const name of named) queues.add(name);
      return { exchange: "", type: "direct", taken: [], named };
    };
    const way = message.exchange === "" ? byName() : visit(message.exchange);
    return { way, queues: [...queues].toSorted(), message };
  }
}
