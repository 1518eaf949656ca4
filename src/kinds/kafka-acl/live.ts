import type { KafkaAccessFacet } from "../live.ts";
import { aclKey, type AclSpec } from "./definition.ts";

export const live: KafkaAccessFacet<AclSpec> = {
  broker: "kafka",
  scope: "access",
  order: 1,
  observe: async ({ access }, { cluster, specs }) => {
    const ours = new Set([...specs.values()].map(resource));
    return (await access.acls()).map((acl) => ({
      key: aclKey(cluster, acl),
      spec: acl,
      principal: acl.principal.replace(/^User:/, ""),
      concerns: ours.has(resource(acl)),
    }));
  },
  // All in one request: a topic is never left with some of its ACLs only, which would shut the others out.
  put: ({ access }, changes) => access.createAcls(changes.map(({ after }) => after)),
  remove: ({ access }, specs) => access.deleteAcls(specs),
};

const resource = ({ resourceType, resourceName, patternType }: AclSpec): string =>
  JSON.stringify([resourceType, resourceName, patternType]);
