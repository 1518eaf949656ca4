import type { VhostLimits } from "../../brokers/rabbitmq-definitions.ts";
import { clusterPlace, vhostPlace } from "../found.ts";
import { type Item, nameOf, tableOf, textIn } from "./items.ts";
import type { Place, RabbitmqCollector } from "./rabbitmq.ts";

/** Limits of vhosts, which are parameters to the broker. */
export function limitsIn(parameters: readonly Item[]): Map<string, VhostLimits> {
  const found = parameters.filter(({ component }) => component === "vhost-limits");
  return new Map(found.map((item) => [textIn(item, "vhost") ?? "/", tableOf(item["value"]) as VhostLimits]));
}

const components: Readonly<Record<string, string>> = {
  shovel: "shovel",
  "federation-upstream": "federation upstream",
  "federation-upstream-set": "set of federation upstreams",
  operator_policy: "operator policy",
  "vhost-limits": "set of limits",
};

/** Values are not repeated: shovels and upstreams hold addresses with passwords. */
export function readParameters(
  collector: RabbitmqCollector,
  parameters: readonly Item[],
  globals: readonly Item[],
  vhostOf: (item: Item) => string,
  vhosts: ReadonlySet<string>,
  at: (item: object) => Place,
): void {
  for (const item of parameters) {
    const component = String(item["component"]);
    const vhost = vhostOf(item);
    // Said with the vhost, where that is in the source.
    if (component === "vhost-limits" && vhosts.has(vhost)) continue;
    const noun = components[component] ?? `parameter of "${component}"`;
    collector.note(
      vhostPlace(collector.cluster, vhost),
      `The ${noun} "${nameOf(item)}" in the vhost "${vhost}" has no word here. It stays on the broker as it is.`,
      at(item),
    );
  }
  for (const item of globals) {
    const name = nameOf(item);
    // What the broker keeps there for itself.
    if (name.startsWith("internal_") || name === "cluster_name") continue;
    collector.note(
      clusterPlace("rabbitmq", collector.cluster),
      `The global parameter "${name}" has no word here. It stays on the broker as it is.`,
      at(item),
    );
  }
}
