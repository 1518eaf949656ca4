import { keyOf, userKey, vhostKey } from "../key.ts";
import type { Kind } from "../kind.ts";

export type TopicRight = {
  exchange: string;
  /** Regular expressions over routing keys: of messages, and of bindings. */
  write: string;
  read: string;
};
export type TopicPermissionSpec = {
  user: string;
  vhost: string;
  /** Sorted by exchange, at least one: all that the user has in the vhost. */
  rights: TopicRight[];
};
export type TopicPermissionValue = Pick<TopicPermissionSpec, "rights">;

export const topicPermissionKey = (cluster: string, vhost: string, user: string): string =>
  keyOf("rabbitmq", cluster, vhost, "topic-permission", user);

export const kind: Kind<TopicPermissionValue, TopicPermissionSpec> = {
  id: "rabbitmq-topic-permission",
  broker: "rabbitmq",
  noun: "topic permission",
  declare: () => [],
  compile: ({ name, vhost, value }) => ({ user: name, vhost: vhost!, rights: value.rights }),
  references: ({ cluster, vhost, name, mark }) => [
    { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
    { key: userKey("rabbitmq", cluster, name), noun: "user", name, mark, mustExist: false },
  ],
  protects: () => false,
  impact: {
    added: ({ user, rights }) => ({
      impact: "outage",
      sentence: `"${user}" could use any routing key on ${list(rights)}; from now on all but the declared ones are refused (403).`,
    }),
    removed: ({ user, rights }) => ({
      impact: "safe",
      sentence: `"${user}" may use any routing key on ${list(rights)} again, where it may publish at all.`,
    }),
    changed: (_field, _before, { user }) => ({
      effect: "in-place",
      impact: "outage",
      sentence: `"${user}" may use other routing keys than before: messages with a key that is gone are refused (403).`,
    }),
  },
};

const list = (rights: readonly TopicRight[]): string =>
  rights.map(({ exchange }) => `"${exchange}"`).join(", ");
