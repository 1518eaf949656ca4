import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { VhostSpec } from "../../kinds/rabbitmq-vhost/definition.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { shapeProblem } from "./compiled.ts";
import { bindWords, exchangeWords, policyWords, queueWords, vhostWords } from "./words.ts";

/** Why an object can't be said whatever else there is, "" for what needs no word; undefined when it can be said. */
export function unsayable({ kind, spec }: PlanObject): string | undefined {
  const name = String(spec["name"]);
  const problem = (noun: string, block: string, value: JsonObject): string | undefined => {
    const found = shapeProblem({ rabbitmq: { [block]: { [name]: value } } });
    return found && `The ${noun} "${name}" has no word here: ${found}`;
  };
  switch (kind) {
    case "rabbitmq-queue": {
      const queue = spec as QueueSpec;
      if (queue.autoDelete && !queue.durable)
        return `The queue "${name}" is neither durable nor kept without consumers: it belongs to the client that makes it.`;
      return problem("queue", "queues", queueWords(queue));
    }
    case "rabbitmq-exchange":
      return problem(
        "exchange",
        "exchanges",
        exchangeWords(spec as ExchangeSpec, () => true),
      );
    case "rabbitmq-policy":
      return problem("policy", "policies", policyWords(spec as PolicySpec));
    case "rabbitmq-binding": {
      const { source, destination } = spec as BindingSpec;
      const found = shapeProblem({ rabbitmq: { queues: { q: { bind: [bindWords(spec as BindingSpec)] } } } });
      return found && `The binding from "${source}" to "${destination}" has no word here: ${found}`;
    }
    case "rabbitmq-vhost":
      // Every broker has it, described as the default one, and files never manage it.
      if (name === "/") {
        const { description: _description, ...settings } = vhostWords(spec as VhostSpec);
        return Object.keys(settings).length === 0
          ? ""
          : "The settings of the vhost / can't be said: it is never managed.";
      }
      return problem("vhost", "vhosts", vhostWords(spec as VhostSpec));
    default:
      return undefined;
  }
}
