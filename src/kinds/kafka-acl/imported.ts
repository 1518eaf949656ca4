import type { ImportedFacet } from "../imported.ts";
import type { AclSpec } from "./definition.ts";

export const imported: ImportedFacet<AclSpec> = {
  type: () => "kafka:index/acl:Acl",
  imported: ({ principal, host, operation, permission, resourceType, resourceName, patternType }) => {
    const parts = [principal, host, operation, permission, resourceType, resourceName, patternType];
    const bad = parts.find((part) => part.includes("|"));
    if (bad === undefined) return { id: parts.join("|") };
    const why = `"${bad}" holds |, by which Pulumi's provider takes what it imports apart. The next \`pulumi up\` makes it once more, and Kafka takes that for the rule it has.`;
    return { shows: { op: "create", why } };
  },
};
