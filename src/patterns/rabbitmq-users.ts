import { isManaged } from "../environment/access.ts";
import { userKey } from "../kinds/key.ts";
import { passwordSchema } from "../kinds/password.ts";
import { permissionKey, type PermissionValue } from "../kinds/rabbitmq-permission/definition.ts";
import { topicPermissionKey, type TopicRight } from "../kinds/rabbitmq-topic-permission/definition.ts";
import { type Declaration, namedValues, textOf, type TopologyFile } from "../topology/file.ts";
import type { JsonObject } from "../topology/json.ts";
import { keyMarkOf } from "../topology/mark.ts";
import type { Pattern } from "./pattern.ts";

/** What people write of one user. */
export interface UserValue {
  readonly password?: string;
  readonly tags?: readonly string[];
  readonly permissions?: PermissionValue;
  readonly topicPermissions?: Readonly<Record<string, Omit<TopicRight, "exchange">>>;
}

const expressions = (words: Readonly<Record<string, string>>): JsonObject => ({
  type: "object",
  required: Object.keys(words),
  properties: Object.fromEntries(
    Object.entries(words).map(([word, description]) => [word, { type: "string", description }]),
  ),
  additionalProperties: false,
});

/**
 * Users and rights as the broker knows them, for people, tools and whatever else is no application with a list of what it
 * publishes and consumes. Only on clusters that the stack file calls `access: managed`, as with `apps`.
 */
export const pattern: Pattern = {
  id: "rabbitmq-users",
  section: {
    path: ["rabbitmq", "users"],
    description:
      "Users, by the names that they log in with, and what each may do in this vhost, as the broker knows it: for people and tools. Prefer apps for applications, whose rights follow from what they do. Made on clusters with access: managed. Several files may give rights to the same user, and one of them its password and tags.",
    schema: {
      type: "object",
      properties: {
        for: { type: "string", description: "Who the user is, shown in the design document." },
        password: {
          ...passwordSchema,
          description:
            "What the user logs in with. Only as a reference. Without one the user is not made here, and only gets the rights.",
        },
        tags: {
          type: "array",
          items: { type: "string", minLength: 1, pattern: "^[^, ]([^,]*[^, ])?$" },
          description: "What the user may do in the management interface, beside its permissions.",
          examples: [["administrator"], ["monitoring"]],
        },
        permissions: {
          ...expressions({
            configure: "Exchanges and queues that it may declare and delete; ^$ for none.",
            write: "Exchanges that it may publish to, and queues that it may bind.",
            read: "Queues that it may consume, and exchanges that it may bind queues to.",
          }),
          description: "Regular expressions over names of exchanges and queues in this vhost.",
          examples: [{ configure: "^$", write: "^$", read: ".*" }],
        },
        topicPermissions: {
          type: "object",
          minProperties: 1,
          additionalProperties: expressions({
            write: "Routing keys that it may publish with.",
            read: "Routing keys that it may bind queues with.",
          }),
          description:
            "By topic exchange: regular expressions over routing keys. On an exchange that is not named here it may use any.",
          examples: [{ orders: { write: "^order\\.", read: ".*" } }],
        },
      },
      // The broker keeps tags with the password.
      dependencies: { tags: ["password"] },
      additionalProperties: false,
    },
  },
  expand: (declarations, { files, environment }) => [
    ...declarations,
    ...files
      .filter((file) => isManaged(environment, "rabbitmq", clusterOf(file)))
      .flatMap((file) =>
        namedValues(file, "rabbitmq", "users").flatMap(({ name, value, mark }) =>
          objectsOf(file, name, value as UserValue, mark),
        ),
      ),
  ],
};

const clusterOf = (file: TopologyFile): string => textOf(file, ["rabbitmq", "cluster"], "main");

function objectsOf(
  file: TopologyFile,
  name: string,
  value: UserValue,
  mark: Declaration["mark"],
): Declaration[] {
  const cluster = clusterOf(file);
  const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
  const { password, tags = [], permissions, topicPermissions } = value;
  const declared = (word: keyof UserValue, kind: string, key: string, own: unknown): Declaration => ({
    file,
    cluster,
    vhost,
    name,
    kind,
    key,
    value: own,
    mark: keyMarkOf(value, word) ?? mark,
    addedBy: "rabbitmq-users",
  });
  const rights = Object.entries(topicPermissions ?? {})
    .map(([exchange, { write, read }]): TopicRight => ({ exchange, write, read }))
    .toSorted((a, b) => (a.exchange < b.exchange ? -1 : 1));
  return [
    ...(password === undefined
      ? []
      : [declared("password", "rabbitmq-user", userKey("rabbitmq", cluster, name), { password, tags })]),
    ...(permissions === undefined
      ? []
      : [declared("permissions", "rabbitmq-permission", permissionKey(cluster, vhost, name), permissions)]),
    ...(rights.length === 0
      ? []
      : [
          declared(
            "topicPermissions",
            "rabbitmq-topic-permission",
            topicPermissionKey(cluster, vhost, name),
            {
              rights,
            },
          ),
        ]),
  ];
}
