import { atVhost, type ImportedFacet } from "../imported.ts";
import type { TopicPermissionSpec } from "./definition.ts";

export const imported: ImportedFacet<TopicPermissionSpec> = {
  type: () => "rabbitmq:index/topicPermissions:TopicPermissions",
  imported: ({ user, vhost }) => atVhost(user, vhost),
};
