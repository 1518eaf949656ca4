import type { ImportedFacet } from "../imported.ts";
import type { RabbitmqUserSpec } from "./definition.ts";

export const imported: ImportedFacet<RabbitmqUserSpec> = {
  type: () => "rabbitmq:index/user:User",
  imported: ({ name }) => ({
    id: name,
    shows: {
      op: "update",
      why: "RabbitMQ tells no passwords, so the import knows none. The next `pulumi up` sends the one that the stack has as secret; if that is another one, clients with the old one are refused from then on.",
    },
  }),
  isUnread: (field, _wanted, { tags }) => field === "password" || (field === "tags" && tags.length === 0),
};
