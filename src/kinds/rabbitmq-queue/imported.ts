import { isObject } from "../../topology/json.ts";
import { atVhost, type ImportedFacet } from "../imported.ts";
import type { QueueSpec } from "./definition.ts";

export const imported: ImportedFacet<QueueSpec> = {
  type: () => "rabbitmq:index/queue:Queue",
  imported: ({ name, vhost }, { arguments: stored }) => {
    const found = atVhost(name, vhost);
    if (found.id === undefined || !isObject(stored) || "x-queue-type" in stored) return found;
    const why =
      "It was declared without x-queue-type, which RabbitMQ 3 doesn't add. Pulumi compares arguments word by word and would replace the queue, which its protection refuses. Declare the queue anew with its type when it is empty, or leave it out of what Pulumi manages.";
    return { ...found, shows: { op: "replace", why } };
  },
};
