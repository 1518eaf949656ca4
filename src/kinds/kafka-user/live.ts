import { userKey } from "../key.ts";
import type { KafkaAccessFacet } from "../live.ts";
import type { KafkaUserSpec } from "./definition.ts";

export const live: KafkaAccessFacet<KafkaUserSpec> = {
  broker: "kafka",
  scope: "access",
  order: 0,
  unseen:
    "The user is there. Whether its password is still the right one can't be seen: Kafka tells no passwords.",
  observe: async ({ access }, cluster, desired) => {
    const names = [...desired.values()].map(({ name }) => name);
    return (await access.scramUsers(names)).flatMap((name) => {
      const key = userKey("kafka", cluster, name);
      const wanted = desired.get(key);
      return wanted ? [{ key, spec: wanted }] : [];
    });
  },
  // Called for users that are missing: without state, a secret that was changed looks like one that wasn't.
  put: ({ access }, changes) => access.putScramUsers(changes.map(({ after }) => after)),
  remove: ({ access }, specs) => access.deleteScramUsers(specs.map(({ name }) => name)),
};
