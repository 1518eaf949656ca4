import type { ImportedFacet } from "../imported.ts";
import type { KafkaUserSpec } from "./definition.ts";

export const imported: ImportedFacet<KafkaUserSpec> = {
  type: () => "kafka:index/userScramCredential:UserScramCredential",
  imported: ({ name, mechanism }) => {
    const sends =
      "The next `pulumi up` sends the one that the stack has as secret; if that is another one, clients with the old one are refused from then on.";
    return name.includes("|")
      ? {
          shows: {
            op: "create",
            why: `"${name}" holds |, by which Pulumi's provider takes what it imports apart. As to the password: ${sends}`,
          },
        }
      : {
          id: `${name}|${mechanism}`,
          shows: { op: "update", why: `Kafka tells no passwords, so the import knows none. ${sends}` },
        };
  },
  isUnread: (field) => field === "password",
};
