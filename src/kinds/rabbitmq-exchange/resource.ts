import { Exchange } from "@pulumi/rabbitmq";
import { vhostKey } from "../key.ts";
import { canonicalArguments } from "../rabbitmq-queue/canonical-arguments.ts";
import type { ResourceFacet } from "../resource.ts";
import type { ExchangeSpec } from "./definition.ts";

export const resource: ResourceFacet<ExchangeSpec> = {
  // The alternate exchange stays a plain text: as an output, replacing it would replace this exchange and its bindings.
  register: (
    logicalName,
    { vhost, name, type, durable, autoDelete, ...spec },
    { cluster, nameOf, options },
  ) =>
    new Exchange(
      logicalName,
      {
        name,
        vhost: nameOf(vhostKey(cluster, vhost), vhost),
        // The provider has no argumentsJson for exchanges; the rule exchange-argument-not-text sees to it.
        settings: { type, durable, autoDelete, ...canonicalArguments(spec.arguments) },
      },
      // The provider that comes with the SDK (3.3.8) takes a change of settings for an update, which it can't do.
      { ...options, replaceOnChanges: ["settings"], deleteBeforeReplace: true },
    ),
};
