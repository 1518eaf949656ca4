import type { BindingDefinition } from "../../brokers/rabbitmq-definitions.ts";
import { bindingKey, canonicalJson } from "../key.ts";
import type { RabbitmqFacet } from "../live.ts";
import type { BindingSpec } from "./definition.ts";

export const live: RabbitmqFacet<BindingSpec> = {
  broker: "rabbitmq",
  order: 4,
  goesWithDependencies: true,
  observe: ({ info, definitions }, cluster) =>
    (definitions.bindings ?? [])
      // The default exchange is bound to every queue by the broker; amq.* queues belong to the client that waits there.
      .filter(
        ({ source, destination, destination_type }) =>
          source !== "" && !(destination_type === "queue" && destination.startsWith("amq.")),
      )
      .map(({ source, destination, destination_type, routing_key, arguments: found }) => {
        const identity = {
          source,
          destination,
          destinationType: destination_type,
          routingKey: routing_key,
          arguments: found,
        };
        return { key: bindingKey(cluster, info.name, identity), spec: { vhost: info.name, ...identity } };
      }),
  define: (spec) => ({ bindings: [definitionOf(spec)] }),
  remove: (client, spec) =>
    client.deleteBindings(
      spec.vhost,
      definitionOf(spec),
      (found) =>
        found.routing_key === spec.routingKey &&
        canonicalJson(found.arguments) === canonicalJson(spec.arguments),
    ),
};

function definitionOf({
  source,
  destination,
  destinationType,
  routingKey,
  arguments: wanted,
}: BindingSpec): BindingDefinition {
  return {
    source,
    destination,
    destination_type: destinationType,
    routing_key: routingKey,
    arguments: wanted,
  };
}
