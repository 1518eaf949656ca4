import { exchangeKey, queueKey } from "../kinds/key.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../kinds/rabbitmq-exchange/definition.ts";
import type { Model } from "../plan/model.ts";
import { topicMatches } from "./topic.ts";

/** Finds out whether what is published to an exchange arrives anywhere. */
export class Reach {
  private readonly bindings = new Map<string, BindingSpec[]>();
  private readonly model: Model;

  constructor(model: Model) {
    this.model = model;
    for (const { cluster, spec } of model.ofKind<unknown, BindingSpec>("rabbitmq-binding")) {
      const source = exchangeKey(cluster, spec.vhost, spec.source);
      const known = this.bindings.get(source);
      if (known) known.push(spec);
      else this.bindings.set(source, [spec]);
    }
  }

  /**
   * Whether a message with this key reaches at least one queue, through bindings and alternates. An unknown key (or the
   * headers, which are always unknown) counts as matching: false means that nothing can arrive.
   */
  reachesQueue(
    cluster: string,
    vhost: string,
    exchange: string,
    key: string | undefined,
    seen = new Set<string>(),
  ): boolean {
    if (exchange === "") return key === undefined || this.model.byKey.has(queueKey(cluster, vhost, key));
    const id = exchangeKey(cluster, vhost, exchange);
    if (seen.has(id)) return false;
    seen.add(id);
    const spec = this.model.byKey.get(id)?.spec as ExchangeSpec | undefined;
    const bindings = this.bindings.get(id) ?? [];
    // Built-in exchanges and those of other people: only their bindings here are known.
    const type = spec?.type ?? "headers";
    for (const binding of bindings) {
      if (!takes(type, binding.routingKey, key)) continue;
      if (
        binding.destinationType === "queue" ||
        this.reachesQueue(cluster, vhost, binding.destination, key, seen)
      )
        return true;
    }
    const alternate = spec?.arguments["alternate-exchange"];
    return typeof alternate === "string" && this.reachesQueue(cluster, vhost, alternate, key, seen);
  }
}

function takes(type: string, bindingKey: string, key: string | undefined): boolean {
  if (key === undefined) return true;
  if (type === "direct") return bindingKey === key;
  return type === "topic" ? topicMatches(bindingKey, key) : true;
}
