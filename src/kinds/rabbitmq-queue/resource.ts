import { Queue } from "@pulumi/rabbitmq";
import { vhostKey } from "../key.ts";
import type { ResourceFacet } from "../resource.ts";
import { canonicalArguments } from "./canonical-arguments.ts";
import type { QueueSpec } from "./definition.ts";

export const resource: ResourceFacet<QueueSpec> = {
  // The dead-letter exchange stays a plain text among the arguments: as an output, a replaced exchange would replace the
  // queue, messages and all.
  register: (logicalName, { vhost, name, durable, autoDelete, ...spec }, { cluster, nameOf, options }) =>
    new Queue(
      logicalName,
      {
        name,
        vhost: nameOf(vhostKey(cluster, vhost), vhost),
        settings: { durable, autoDelete, ...canonicalArguments(spec.arguments) },
      },
      options,
    ),
};
