import {
  type ExchangeSpec,
  type ExchangeValue,
  isBuiltInExchange,
} from "../kinds/rabbitmq-exchange/definition.ts";
import { exchangeKey } from "../kinds/key.ts";
import { type Mark, markOf } from "../topology/mark.ts";
import type { Json } from "../topology/json.ts";
import { writtenPolicies } from "./lint/policies.ts";
import type { Rule } from "./rule.ts";

const setting = "alternate-exchange";

/** The word `alternate` is a reference like any other: see unknown-reference. */
export const rule: Rule = {
  id: "alternate-missing",
  severity: "error",
  summary: "An argument or a policy names an alternate exchange that no file declares.",
  why: "The broker accepts it, and drops what no binding takes without a word.",
  fix: "Declare the exchange, or correct the name.",
  check: (model, report) => {
    const check = (
      cluster: string,
      vhost: string,
      name: Json | undefined,
      where: string,
      mark: Mark,
    ): void => {
      if (typeof name !== "string" || isBuiltInExchange(name)) return;
      if (model.byKey.has(exchangeKey(cluster, vhost, name))) return;
      report({ what: `${where} names the alternate "${name}", which is not declared in any file.`, mark });
    };
    for (const { name, cluster, spec, value, mark } of model.ofKind<ExchangeValue, ExchangeSpec>(
      "rabbitmq-exchange",
    )) {
      const at = markOf(value, "arguments", setting) ?? mark;
      check(cluster, spec.vhost, value.arguments?.[setting], `The exchange "${name}"`, at);
    }
    for (const { name, cluster, spec, value, mark } of writtenPolicies(model)) {
      const at = markOf(value, "definition", setting) ?? mark;
      check(cluster, spec.vhost, spec.definition[setting], `The policy "${name}"`, at);
    }
  },
};
