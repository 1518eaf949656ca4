import { User } from "@pulumi/rabbitmq";
import type { ResourceFacet } from "../resource.ts";
import type { RabbitmqUserSpec } from "./definition.ts";

export const resource: ResourceFacet<RabbitmqUserSpec> = {
  register: (logicalName, { name, tags, password }, { options, secret }) =>
    new User(logicalName, { name, password: secret(password), ...(tags.length > 0 && { tags }) }, options),
};
