import { passwordCheck } from "../../brokers/rabbitmq-password.ts";
import { userKey } from "../key.ts";
import type { RabbitmqAccessFacet } from "../live.ts";
import { otherSecret, someSecret } from "../password.ts";
import type { RabbitmqUserSpec } from "./definition.ts";

export const live: RabbitmqAccessFacet<RabbitmqUserSpec> = {
  broker: "rabbitmq",
  scope: "access",
  order: 0,
  unseen:
    "The user is there with the right tags. Whether its password is still the right one can't be seen: the broker hashes passwords with a module of its own. After a change of the secret, send it with apply --rotate.",
  observe: async ({ access }, { cluster, specs, vhosts }) => {
    const [users, permissions] = await Promise.all([access.users(), access.permissions()]);
    const elsewhere = new Set(permissions.flatMap(({ user, vhost }) => (vhosts.has(vhost) ? [] : [user])));
    return users.flatMap((user) => {
      const { name, tags } = user;
      const key = userKey("rabbitmq", cluster, name);
      const wanted = specs.get(key);
      // Tags are for people and tools, and what uses other vhosts belongs to others.
      if (!wanted && (tags.length > 0 || elsewhere.has(name))) return [];
      const password = wanted?.password ?? someSecret;
      const hasPassword = passwordCheck(user);
      return [{ key, spec: { name, tags: [...tags], password }, principal: name, hasPassword }];
    });
  },
  put: ({ access }, { name, tags, password }, before) =>
    before && before.password !== otherSecret
      ? access.retagUser(name, tags)
      : access.putUser(name, password, tags),
  remove: ({ access }, { name }) => access.deleteUser(name),
};
