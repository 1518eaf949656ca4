import type { BindingValue } from "../../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeValue } from "../../kinds/rabbitmq-exchange/definition.ts";
import { nothing } from "../../kinds/rabbitmq-permission/covers.ts";
import type { PermissionValue } from "../../kinds/rabbitmq-permission/definition.ts";
import { listNames } from "../../kinds/rabbitmq-policy/matching.ts";
import type { QueueValue } from "../../kinds/rabbitmq-queue/definition.ts";
import type { TopicRight } from "../../kinds/rabbitmq-topic-permission/definition.ts";
import { exchangeKey, queueKey } from "../../kinds/key.ts";
import type { Declaration } from "../../topology/file.ts";
import { defaultExchange, isKnownToBroker, type RabbitmqRole } from "./rabbitmq-roles.ts";
import { keysExpression } from "./topic-keys.ts";

/** What is declared, found by what roles name. */
export class Declared {
  private readonly byKey: ReadonlyMap<string, Declaration>;
  private readonly bindings: ReadonlyMap<string, BindingValue[]>;

  constructor(declarations: readonly Declaration[]) {
    this.byKey = new Map(declarations.map((declaration) => [declaration.key, declaration]));
    const bindings = new Map<string, BindingValue[]>();
    for (const { kind, cluster, vhost, value } of declarations) {
      if (kind !== "rabbitmq-binding") continue;
      const binding = value as BindingValue;
      if (binding.destinationType !== "queue") continue;
      const key = queueKey(cluster, vhost!, binding.destination);
      bindings.set(key, [...(bindings.get(key) ?? []), binding]);
    }
    this.bindings = bindings;
  }

  exchange({ cluster, vhost }: RabbitmqRole, name: string): ExchangeValue | undefined {
    return this.byKey.get(exchangeKey(cluster, vhost, name))?.value as ExchangeValue | undefined;
  }

  queue({ cluster, vhost }: RabbitmqRole, name: string): QueueValue | undefined {
    return this.byKey.get(queueKey(cluster, vhost, name))?.value as QueueValue | undefined;
  }

  bindingsTo({ cluster, vhost }: RabbitmqRole, queue: string): readonly BindingValue[] {
    return this.bindings.get(queueKey(cluster, vhost, queue)) ?? [];
  }
}

/**
 * The least that a role can do with. Publishing is to write to an exchange, consuming is to read a queue. The three lists
 * are over names of exchanges and queues alike: the broker doesn't tell them apart here.
 */
export function permissionFor(role: RabbitmqRole, declared: Declared): PermissionValue {
  const configure = new Set<string>();
  const write = new Set(role.publishes.map(({ exchange }) => (exchange === "" ? defaultExchange : exchange)));
  const read = new Set(role.consumes.map(({ queue }) => queue));
  if (role.answers.length > 0) write.add(defaultExchange);
  if (role.declares === "active") {
    for (const { exchange } of role.publishes) {
      if (isKnownToBroker(exchange)) continue;
      configure.add(exchange);
      const alternate = declared.exchange(role, exchange)?.alternate;
      if (alternate === undefined) continue;
      read.add(exchange);
      write.add(alternate);
    }
    for (const { queue } of role.consumes) {
      configure.add(queue);
      const deadLetters = declared.queue(role, queue)?.arguments?.["x-dead-letter-exchange"];
      if (typeof deadLetters === "string") write.add(deadLetters || defaultExchange);
      for (const { bind } of declared.bindingsTo(role, queue)) {
        write.add(queue);
        read.add(bind.exchange);
      }
    }
  }
  return { configure: listed(configure), write: listed(write), read: listed(read) };
}

const listed = (names: ReadonlySet<string>): string =>
  names.size === 0 ? nothing : listNames([...names].toSorted());

/** Rights per topic exchange, for those where the role names keys; sorted, [] where it may use any key. */
export function topicRightsFor(role: RabbitmqRole, declared: Declared): TopicRight[] {
  const byExchange = Map.groupBy(role.publishes, ({ exchange }) => exchange);
  return [...byExchange]
    .flatMap(([exchange, publishing]): TopicRight[] => {
      // Said without keys somewhere: any key it is.
      if (publishing.some(({ keys }) => keys === undefined)) return [];
      const keys = new Set(publishing.flatMap((one) => one.keys ?? []));
      const bound = role.consumes
        .flatMap(({ queue }) => declared.bindingsTo(role, queue))
        .filter(({ bind }) => bind.exchange === exchange)
        .map(({ bind }) => bind.key ?? "");
      const read =
        role.declares === "active" && bound.length > 0 ? listNames([...new Set(bound)].toSorted()) : nothing;
      return [{ exchange, write: keysExpression([...keys].toSorted()), read }];
    })
    .toSorted((a, b) => (a.exchange < b.exchange ? -1 : 1));
}
