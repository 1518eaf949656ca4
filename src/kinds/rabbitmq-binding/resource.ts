import { Binding } from "@pulumi/rabbitmq";
import { exchangeKey, queueKey, vhostKey } from "../key.ts";
import { canonicalArguments } from "../rabbitmq-queue/canonical-arguments.ts";
import type { ResourceFacet } from "../resource.ts";
import type { BindingSpec } from "./definition.ts";

export const resource: ResourceFacet<BindingSpec> = {
  // A queue that is made anew comes without bindings. As its name is an output here, its bindings are made anew as well.
  register: (
    logicalName,
    { vhost, source, destination, destinationType, routingKey, ...spec },
    { cluster, nameOf, options },
  ) => {
    const destinationKey = destinationType === "queue" ? queueKey : exchangeKey;
    return new Binding(
      logicalName,
      {
        vhost: nameOf(vhostKey(cluster, vhost), vhost),
        source: nameOf(exchangeKey(cluster, vhost, source), source),
        destination: nameOf(destinationKey(cluster, vhost, destination), destination),
        destinationType,
        routingKey,
        ...canonicalArguments(spec.arguments),
      },
      // The other order would create the new binding, find it equal to the old one, and then delete both.
      { ...options, deleteBeforeReplace: true },
    );
  },
};
