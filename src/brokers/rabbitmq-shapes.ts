/** Tests of the fields that are read; those that no broker of a series leaves out. */
export type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

const text = (value: unknown): boolean => typeof value === "string";
const flag = (value: unknown): boolean => typeof value === "boolean";
const number = (value: unknown): boolean => typeof value === "number";
const table = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const optional =
  (test: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || test(value);
const listOf =
  (shape: Shape) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every((item) => fits(item, shape));

/** Whether something that was parsed is an object with the fields that a shape has. */
export const fits = (value: unknown, shape: Shape): boolean =>
  table(value) &&
  Object.entries(shape).every(([field, test]) => test((value as Record<string, unknown>)[field]));

const policy = { pattern: text, "apply-to": text, priority: number, definition: table };
const rights = { user: text, vhost: text, write: text, read: text };
const parameter = (value: unknown): boolean => {
  const { component, name, value: held } = value as Record<string, unknown>;
  return text(component) && (component !== "operator_policy" || (text(name) && fits(held, policy)));
};
const parameters = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => table(item) && parameter(item));

const binding = {
  source: text,
  destination: text,
  destination_type: text,
  routing_key: text,
  arguments: table,
};

const sections = {
  queues: listOf({ name: text, durable: flag, auto_delete: flag, arguments: table, type: optional(text) }),
  exchanges: listOf({
    name: text,
    type: text,
    durable: flag,
    auto_delete: flag,
    internal: optional(flag),
    arguments: table,
  }),
  bindings: listOf(binding),
  policies: listOf({ name: text, ...policy }),
  parameters: optional(parameters),
};

/** The answers of the management API, as far as they are read: what differs is no answer of RabbitMQ's. */
export const shapes = {
  overview: {
    cluster_name: text,
    rabbitmq_version: optional(text),
    default_queue_type: optional(text),
  },
  vhost: { name: text, description: optional(text), default_queue_type: optional(text) },
  // The broker writes a table without entries as an empty list there.
  limits: { value: (value: unknown) => table(value) || Array.isArray(value) },
  definitions: sections,
  allDefinitions: { ...sections, vhosts: listOf({ name: text }) },
  user: {
    name: text,
    tags: (value: unknown) => text(value) || (Array.isArray(value) && value.every(text)),
    password_hash: text,
    hashing_algorithm: text,
  },
  permission: { ...rights, configure: text },
  topicPermission: { ...rights, exchange: text },
  counted: { name: text, messages: optional(number), consumers: optional(number) },
  deadLetters: { name: text, messages_dlx: optional(number) },
  stored: { name: text, arguments: table },
  binding,
  consumer: { queue: (value: unknown) => fits(value, { name: text }) },
  node: { name: text, running: optional(flag) },
} as const satisfies Readonly<Record<string, Shape>>;
