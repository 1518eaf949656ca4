import { isManaged, principalOf } from "../environment/access.ts";
import { userKey } from "../kinds/key.ts";
import { passwordSchema } from "../kinds/password.ts";
import { permissionKey } from "../kinds/rabbitmq-permission/definition.ts";
import { topicPermissionKey } from "../kinds/rabbitmq-topic-permission/definition.ts";
import type { Declaration } from "../topology/file.ts";
import { Declared, permissionFor, topicRightsFor } from "./apps/rabbitmq-rights.ts";
import { rabbitmqRoles } from "./apps/rabbitmq-roles.ts";
import { distinct } from "./apps/said.ts";
import type { Pattern } from "./pattern.ts";

/**
 * Applications become users that may do what the files say of them and nothing else. Only on clusters that the stack file
 * calls `access: managed`; elsewhere `apps` is for people to read.
 */
export const pattern: Pattern = {
  id: "rabbitmq-apps",
  section: {
    path: ["rabbitmq", "apps"],
    description:
      "Applications, by name, and what each publishes and consumes in this vhost. On clusters with access: managed each becomes a user that may do that and nothing else. Several files may say something of the same application.",
    schema: {
      type: "object",
      properties: {
        for: { type: "string", description: "What the application is, shown in the design document." },
        password: passwordSchema,
        publishes: {
          type: "array",
          description: "Exchanges and requests that it sends messages to.",
          items: {
            type: ["string", "object"],
            minLength: 1,
            description: "The name of an exchange or of a request; amq.default for the default exchange.",
            required: ["exchange"],
            properties: {
              exchange: { type: "string", minLength: 1, description: "A topic exchange." },
              keys: {
                type: "array",
                minItems: 1,
                items: {
                  type: "string",
                  description: "A key, where * stands for one word and # for any number of them.",
                },
                description: "The only keys that it may use there. Without this it may use any.",
                examples: [["order.created", "order.item.*"]],
              },
            },
            additionalProperties: false,
          },
          examples: [["orders"]],
        },
        consumes: {
          type: "array",
          description:
            "Queues that it reads, and requests that it answers. A queue whose consumers name the application needs no mention.",
          items: { type: "string", minLength: 1, description: "The name of a queue or of a request." },
          examples: [["orders.fulfil"]],
        },
        declares: {
          enum: ["passive", "active"],
          default: "passive",
          description:
            "passive: it only checks that its queues and exchanges are there. active: it may declare them as they are declared here, and bind the queues it consumes.",
        },
      },
      additionalProperties: false,
    },
  },
  expand: (declarations, { files, environment }) => {
    const roles = rabbitmqRoles(files, declarations).filter(({ cluster }) =>
      isManaged(environment, "rabbitmq", cluster),
    );
    if (roles.length === 0) return [...declarations];
    const declared = new Declared(declarations);
    const users = Map.groupBy(roles, ({ cluster, app }) => JSON.stringify([cluster, app]));
    const added = [...users.values()].flatMap((inVhosts): Declaration[] => {
      const { cluster, app, file, mark } = inVhosts[0]!;
      const passwords = distinct(inVhosts.flatMap((role) => role.passwords));
      // The rule app-without-password says so; there is nothing to make without one.
      if (passwords.length === 0) return [];
      const name = principalOf(environment?.clusters.rabbitmq.get(cluster), app);
      const where = { cluster, name, file, mark, addedBy: "rabbitmq-apps" };
      return [
        ...passwords.map(({ value: password, mark: at }) => ({
          ...where,
          kind: "rabbitmq-user",
          key: userKey("rabbitmq", cluster, name),
          value: { password },
          mark: at,
        })),
        ...inVhosts.flatMap((role): Declaration[] => {
          const { vhost } = role;
          const inVhost = { ...where, vhost, file: role.file, mark: role.mark };
          const rights = topicRightsFor(role, declared);
          const topics = {
            ...inVhost,
            kind: "rabbitmq-topic-permission",
            key: topicPermissionKey(cluster, vhost, name),
            value: { rights },
          };
          return [
            {
              ...inVhost,
              kind: "rabbitmq-permission",
              key: permissionKey(cluster, vhost, name),
              value: permissionFor(role, declared),
            },
            // The broker keeps no empty list, and Pulumi's provider fails on one.
            ...(rights.length > 0 ? [topics] : []),
          ];
        }),
      ];
    });
    return [...declarations, ...added];
  },
};
