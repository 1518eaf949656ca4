import { Topic } from "@pulumi/kafka";
import type { ResourceFacet } from "../resource.ts";
import type { TopicSpec } from "./definition.ts";

export const resource: ResourceFacet<TopicSpec> = {
  register: (logicalName, { name, partitions, replicationFactor, config }, { options }) =>
    new Topic(logicalName, { name, partitions, replicationFactor, config }, options),
};
