import { keyOf, userKey, vhostKey } from "../key.ts";
import type { Kind } from "../kind.ts";
import { covers } from "./covers.ts";

/** Three regular expressions, as the broker knows them; "^$" is nothing. */
export type PermissionSpec = {
  user: string;
  vhost: string;
  configure: string;
  write: string;
  read: string;
};
export type PermissionValue = Pick<PermissionSpec, "configure" | "write" | "read">;

const deeds: Readonly<Record<string, string>> = {
  configure: "declare or delete",
  write: "publish to or bind",
  read: "consume from",
};

export const permissionKey = (cluster: string, vhost: string, user: string): string =>
  keyOf("rabbitmq", cluster, vhost, "permission", user);

export const kind: Kind<PermissionValue, PermissionSpec> = {
  id: "rabbitmq-permission",
  broker: "rabbitmq",
  noun: "permission",
  declare: () => [],
  compile: ({ name, vhost, value: { configure, write, read } }) => ({
    user: name,
    vhost: vhost!,
    configure,
    write,
    read,
  }),
  references: ({ cluster, vhost, name, mark }) => [
    { key: vhostKey(cluster, vhost!), noun: "vhost", name: vhost!, mark, mustExist: false },
    { key: userKey("rabbitmq", cluster, name), noun: "user", name, mark, mustExist: false },
  ],
  protects: () => false,
  impact: {
    added: ({ user, vhost }) => ({
      impact: "safe",
      sentence: `"${user}" may now use the vhost "${vhost}", as far as this says.`,
    }),
    removed: ({ user, vhost }) => ({
      impact: "outage",
      sentence: `"${user}" may do nothing in the vhost "${vhost}" any more: it is refused (403).`,
    }),
    changed: (field, before, after) => {
      if (field !== "configure" && field !== "write" && field !== "read") {
        return { effect: "replaces", impact: "outage", sentence: "The old permission is taken away." };
      }
      return covers(after[field], before[field])
        ? {
            effect: "in-place",
            impact: "safe",
            sentence: `"${after.user}" may ${deeds[field]} more than before.`,
          }
        : {
            effect: "in-place",
            impact: "outage",
            sentence: `"${after.user}" may no longer ${deeds[field]} all that it could: it is refused (403), at the latest when it connects again.`,
          };
    },
  },
};
