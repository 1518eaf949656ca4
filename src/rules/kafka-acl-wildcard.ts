import type { AclSpec, AclValue } from "../kinds/kafka-acl/definition.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "kafka-acl-wildcard",
  severity: "error",
  summary: "An application or a consumer group is called *.",
  why: "In an ACL * is no name: it stands for every user, or for every group of the cluster.",
  fix: "Name each application and each group.",
  check: ({ ofKind }, report) => {
    for (const { spec, mark } of ofKind<AclValue, AclSpec>("kafka-acl")) {
      const { principal, resourceType, resourceName, operation } = spec;
      const thing = resourceType.toLowerCase();
      if (principal === "User:*")
        report({ what: `Every user could use the ${thing} "${resourceName}" (${operation}).`, mark });
      else if (resourceName === "*")
        report({ what: `"${principal}" could use every ${thing} of the cluster (${operation}).`, mark });
    }
  },
};
