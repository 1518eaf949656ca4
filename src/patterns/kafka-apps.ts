import { isManaged, principalOf, usesCertificates } from "../environment/access.ts";
import { aclKey, aclOf } from "../kinds/kafka-acl/definition.ts";
import { quotaKey } from "../kinds/kafka-quota/definition.ts";
import { userKey } from "../kinds/key.ts";
import { passwordSchema } from "../kinds/password.ts";
import type { Declaration } from "../topology/file.ts";
import type { JsonObject } from "../topology/json.ts";
import { kafkaRoles, type KafkaRole, type TopicWithApps } from "./apps/kafka-roles.ts";
import { consumersSchema, producersSchema, quotaSchema } from "./apps/kafka-words.ts";
import { distinct } from "./apps/said.ts";
import type { Pattern, PatternContext } from "./pattern.ts";

/**
 * Applications become users, ACLs and quotas. Only on clusters that the stack file calls `access: managed`; elsewhere
 * who produces and consumes is for people to read, and for scaling and alerts.
 */
export const pattern: Pattern = {
  id: "kafka-apps",
  section: {
    path: ["kafka", "apps"],
    description:
      "Applications, by name. What they produce and consume is said at the topics. On clusters with access: managed each becomes a user (SCRAM-SHA-512) that may do that and nothing else. Several files may say something of the same application.",
    schema: {
      type: "object",
      properties: {
        for: { type: "string", description: "What the application is, shown in the design document." },
        password: passwordSchema,
        quota: quotaSchema,
      },
      additionalProperties: false,
    },
  },
  adds: {
    kind: "kafka-topic",
    properties: { producers: producersSchema, consumers: consumersSchema },
  },
  expand: (declarations, context) => {
    const seen = new Set<string>();
    const added = kafkaRoles(context.files, declarations)
      .filter(({ cluster }) => isManaged(context.environment, "kafka", cluster))
      .flatMap((role) => objectsFor(role, context))
      // One application may get the same right as a consumer of several groups. Two users are a contradiction.
      .filter(({ kind, key }) => kind !== "kafka-acl" || (!seen.has(key) && seen.add(key)));
    return [...declarations.map(withOperations), ...added];
  },
};

function objectsFor(role: KafkaRole, { environment }: PatternContext): Declaration[] {
  const { cluster, file, mark, rights, passwords, quotas } = role;
  const settings = environment?.clusters.kafka.get(cluster);
  const name = principalOf(settings, role.app);
  const where = { cluster, name, file, mark, addedBy: "kafka-apps" };
  const users = usesCertificates(settings) ? [] : distinct(passwords);
  return [
    ...users.map(({ value: password, mark: at }) => ({
      ...where,
      kind: "kafka-user",
      key: userKey("kafka", cluster, name),
      value: { password },
      mark: at,
    })),
    ...rights.map((right) => ({
      ...where,
      kind: "kafka-acl",
      key: aclKey(cluster, aclOf(name, right.acl)),
      value: right.acl,
      file: right.file,
      mark: right.mark,
    })),
    ...distinct(quotas).map(({ value, mark: at }) => ({
      ...where,
      kind: "kafka-quota",
      key: quotaKey(cluster, name),
      value,
      mark: at,
    })),
  ];
}

/** Who produces and consumes travels beside the spec, for scaling, alerts and documents: no topic knows it. */
function withOperations(declaration: Declaration): Declaration {
  if (declaration.kind !== "kafka-topic") return declaration;
  const { producers, consumers } = declaration.value as TopicWithApps;
  if (!producers && !consumers) return declaration;
  const operations = {
    ...(producers && { producers: [...producers] }),
    ...(consumers && { consumers: groupsOf(consumers) }),
  };
  return { ...declaration, operations: { ...declaration.operations, ...operations } };
}

const groupsOf = (consumers: NonNullable<TopicWithApps["consumers"]>): JsonObject =>
  Object.fromEntries(
    Object.entries(consumers).map(([group, { app = group, instances, maxLag }]) => [
      group,
      { app, ...(instances && { instances: { ...instances } }), ...(maxLag !== undefined && { maxLag }) },
    ]),
  );
