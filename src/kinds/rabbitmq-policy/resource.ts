import { Policy } from "@pulumi/rabbitmq";
import { vhostKey } from "../key.ts";
import type { ResourceFacet } from "../resource.ts";
import type { PolicySpec } from "./definition.ts";

export const resource: ResourceFacet<PolicySpec> = {
  register: (
    logicalName,
    { vhost, name, pattern, priority, applyTo, definition },
    { cluster, nameOf, options },
  ) => {
    // Pulumi would cut the fraction off a number. The provider sends texts that look like whole numbers as numbers; what
    // that can't carry is refused by the rule policy-value-not-portable.
    const texts = Object.entries(definition).map(([setting, value]) => [setting, String(value)]);
    const policy = {
      pattern,
      priority,
      applyTo,
      definition: Object.fromEntries(texts) as Record<string, string>,
    };
    return new Policy(logicalName, { name, vhost: nameOf(vhostKey(cluster, vhost), vhost), policy }, options);
  },
};
