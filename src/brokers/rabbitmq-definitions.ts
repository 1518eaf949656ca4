/** The JSON shapes of RabbitMQ's management API that definitions exports and imports use. */

export interface QueueDefinition {
  readonly name: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly arguments: JsonTable;
  /** In exports of newer brokers only. */
  readonly type?: string;
}

export interface ExchangeDefinition {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly internal?: boolean;
  readonly arguments: JsonTable;
}

export interface BindingDefinition {
  readonly source: string;
  readonly destination: string;
  readonly destination_type: "queue" | "exchange";
  readonly routing_key: string;
  readonly arguments: JsonTable;
}

/** As the API lists it, outside of exports. */
export interface NamedBinding extends BindingDefinition {
  /** Tells the bindings between two objects apart; only the broker can compute it. */
  readonly properties_key: string;
}

export interface PolicyDefinition {
  readonly name: string;
  readonly pattern: string;
  readonly "apply-to": string;
  readonly priority: number;
  readonly definition: JsonTable;
}

/** What GET and POST /api/definitions/{vhost} carry. An import merges: it keeps what it doesn't name. */
export interface VhostDefinitions {
  readonly policies?: readonly PolicyDefinition[];
  readonly exchanges?: readonly ExchangeDefinition[];
  readonly queues?: readonly QueueDefinition[];
  readonly bindings?: readonly BindingDefinition[];
  /** In exports only. */
  readonly parameters?: readonly ParameterDefinition[];
}

/** What plugins keep in a vhost, and the policies of whoever runs the broker. */
export type ParameterDefinition =
  | {
      readonly component: "operator_policy";
      readonly name: string;
      readonly value: Omit<PolicyDefinition, "name">;
    }
  | { readonly component: "anything else" };

type InVhost<T> = readonly (T & { readonly vhost: string })[];

/** What GET /api/definitions carries, as far as it is used: the whole cluster. */
export interface AllDefinitions {
  readonly vhosts: readonly { readonly name: string }[];
  readonly policies: InVhost<PolicyDefinition>;
  readonly exchanges: InVhost<ExchangeDefinition>;
  readonly queues: InVhost<QueueDefinition>;
  readonly bindings: InVhost<BindingDefinition>;
  readonly parameters?: InVhost<ParameterDefinition>;
}

export interface VhostInfo {
  readonly name: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly default_queue_type?: string;
  readonly tracing?: boolean;
}

export interface VhostLimits {
  readonly "max-connections"?: number;
  readonly "max-queues"?: number;
}

type JsonValue = null | boolean | number | string | JsonValue[] | JsonTable;

export interface JsonTable {
  [key: string]: JsonValue;
}
