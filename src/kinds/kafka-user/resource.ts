import { UserScramCredential } from "@pulumi/kafka";
import type { ResourceFacet } from "../resource.ts";
import type { KafkaUserSpec } from "./definition.ts";

export const resource: ResourceFacet<KafkaUserSpec> = {
  register: (logicalName, { name, mechanism, password }, { options, secret }) =>
    new UserScramCredential(
      logicalName,
      {
        username: name,
        scramMechanism: mechanism,
        password: secret(password),
      },
      options,
    ),
};
