import { userKey } from "../key.ts";
import type { RabbitmqAccessFacet } from "../live.ts";
import type { RabbitmqUserSpec } from "./definition.ts";

export const live: RabbitmqAccessFacet<RabbitmqUserSpec> = {
  broker: "rabbitmq",
  scope: "access",
  order: 0,
  unseen:
    "The user is there with the right tags. Whether its password is still the right one can't be seen: RabbitMQ tells no passwords.",
  observe: async ({ access }, cluster, desired) =>
    (await access.users()).flatMap(({ name, tags }) => {
      const key = userKey("rabbitmq", cluster, name);
      const wanted = desired.get(key);
      // Other users are nobody's business here, and there may be hundreds.
      return wanted ? [{ key, spec: { name, tags: [...tags], password: wanted.password } }] : [];
    }),
  // A user that is there keeps its password: without state, a secret that was changed looks like one that wasn't.
  put: ({ access }, { name, tags, password }, before) =>
    before ? access.retagUser(name, tags) : access.createUser(name, password, tags),
  remove: ({ access }, { name }) => access.deleteUser(name),
};
