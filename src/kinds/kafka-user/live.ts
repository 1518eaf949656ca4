import { userKey } from "../key.ts";
import type { KafkaAccessFacet } from "../live.ts";
import { someSecret } from "../password.ts";
import type { KafkaUserSpec } from "./definition.ts";

export const live: KafkaAccessFacet<KafkaUserSpec> = {
  broker: "kafka",
  scope: "access",
  order: 0,
  unseen:
    "The user is there. Whether its password is still the right one can't be seen: Kafka tells no passwords. After a change of the secret, send it with apply --rotate.",
  observe: async ({ access }, { cluster, specs }) =>
    (await access.scramUsers()).map((name) => {
      const key = userKey("kafka", cluster, name);
      const password = specs.get(key)?.password ?? someSecret;
      return { key, spec: { name, mechanism: "SCRAM-SHA-512", password }, principal: name };
    }),
  put: ({ access }, changes) => access.putScramUsers(changes.map(({ after }) => after)),
  remove: ({ access }, specs) => access.deleteScramUsers(specs.map(({ name }) => name)),
};
