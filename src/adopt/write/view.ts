import type { BindingSpec } from "../../kinds/rabbitmq-binding/definition.ts";
import type { ExchangeSpec } from "../../kinds/rabbitmq-exchange/definition.ts";
import type { PolicySpec } from "../../kinds/rabbitmq-policy/definition.ts";
import type { QueueSpec } from "../../kinds/rabbitmq-queue/definition.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";

export interface Binding {
  readonly key: string;
  readonly spec: BindingSpec;
}

/** What is known of one vhost while its words are looked for. */
export interface Vhost {
  readonly cluster: string;
  readonly name: string;
  readonly version?: string;
  readonly byKey: ReadonlyMap<string, PlanObject>;
  readonly exchanges: ReadonlyMap<string, ExchangeSpec>;
  readonly queues: ReadonlyMap<string, QueueSpec>;
  /** Bindings by the name of the exchange that they leave. */
  readonly from: ReadonlyMap<string, readonly Binding[]>;
  /** Bindings by the key of the queue or exchange that they lead to. */
  readonly to: ReadonlyMap<string, readonly Binding[]>;
  readonly policies: readonly { readonly key: string; readonly spec: PolicySpec }[];
}

/** What stands at the top of every part of a topology about this vhost. */
export const headOf = ({
  cluster,
  name,
  version,
}: Pick<Vhost, "cluster" | "name" | "version">): JsonObject => ({
  ...(cluster !== "main" && { cluster }),
  ...(version !== undefined && { version }),
  ...(name !== "/" && { vhost: name }),
});
