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
      .map((binding) => {
        const identity = identityOf(binding);
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

export const identityOf = ({
  source,
  destination,
  destination_type: destinationType,
  routing_key: routingKey,
  arguments: found,
}: BindingDefinition): Omit<BindingSpec, "vhost"> => ({
  source,
  destination,
  destinationType,
  routingKey,
  arguments: found,
});

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
