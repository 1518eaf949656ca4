import { isObject } from "../../topology/json.ts";
import { atVhost, type ImportedFacet } from "../imported.ts";
import type { QueueSpec } from "./definition.ts";

const wordByWord =
  "Pulumi compares arguments word by word and would replace the queue, which its protection refuses.";

export const imported: ImportedFacet<QueueSpec> = {
  type: () => "rabbitmq:index/queue:Queue",
  imported: ({ name, vhost, arguments: wanted }, { arguments: stored }) => {
    const found = atVhost(name, vhost);
    const isStored = isObject(stored) && "x-queue-type" in stored;
    if (found.id === undefined || !isObject(stored) || isStored === "x-queue-type" in wanted) return found;
    const why = isStored
      ? `RabbitMQ has stored its type, which the files call implicit. ${wordByWord} Write type: classic.`
      : `It was declared without x-queue-type, which RabbitMQ 3 doesn't add. ${wordByWord} Write type: implicit.`;
    return { ...found, shows: { op: "replace", why } };
  },
};
