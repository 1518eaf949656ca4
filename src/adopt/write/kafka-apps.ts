import { usesCertificates } from "../../environment/access.ts";
import type { Environment } from "../../environment/environment.ts";
import { aclKey, aclOf, type AclSpec } from "../../kinds/kafka-acl/definition.ts";
import type { QuotaSpec } from "../../kinds/kafka-quota/definition.ts";
import { canonicalJson, userKey } from "../../kinds/key.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Json, JsonObject } from "../../topology/json.ts";
import { objectsOf, shapeProblem } from "./compiled.ts";
import type { Entry, Part } from "./entry.ts";
import { unsaidAccess } from "./kafka-unsaid.ts";
import { appOf } from "./managed.ts";
import { sectionOf } from "./section.ts";
import { sizeText } from "./words.ts";

/** What one application does on a cluster, as its rights tell. */
interface Role {
  readonly app: string;
  readonly name: string;
  readonly has: (
    resourceType: "Topic" | "Group",
    resource: string,
    operation: "Read" | "Write" | "Describe",
  ) => boolean;
  /** Groups that it may read with. */
  readonly groups: readonly string[];
}

/**
 * Says ACLs as who produces and consumes topics, and users and quotas as applications. An ACL that the words don't give stays
 * where it is: those of a topic are told apart one by one, so that some can be said and others not.
 */
export function withKafkaApps(part: Part, objects: readonly PlanObject[], environment: Environment): Part {
  const cluster = environment.clusters.kafka.get(part.cluster);
  const principal = cluster?.principal;
  const acls = objects.filter(({ kind }) => kind === "kafka-acl");
  const byKey = new Map(objects.map((object) => [object.key, object]));
  // An application in a file becomes a user with a password, but where all have certificates.
  const canLogIn = (user: string): boolean =>
    usesCertificates(cluster) || byKey.has(userKey("kafka", part.cluster, user));
  const names = [...new Set(acls.map(({ spec }) => (spec as AclSpec).principal.replace(/^User:/, "")))];
  const roles = names.flatMap((name): Role[] => {
    const app = appOf(principal, name);
    if (app === undefined || !canLogIn(name)) return [];
    const groups = acls
      .map(({ spec }) => spec as AclSpec)
      .filter(
        ({ principal: who, resourceType, operation }) =>
          who === `User:${name}` && resourceType === "Group" && operation === "Read",
      )
      .map(({ resourceName }) => resourceName);
    return [
      {
        app,
        name,
        groups: [...new Set(groups)],
        has: (resourceType, resourceName, operation) =>
          byKey.has(aclKey(part.cluster, aclOf(name, { resourceType, resourceName, operation }))),
      },
    ];
  });
  const fits = (entry: Entry): boolean => shapeProblem(sectionOf(part, [entry])) === undefined;
  const topics = part.entries.map((entry) => {
    const withRoles = { ...entry, value: { ...entry.value, ...rolesOn(entry.name, roles) } };
    return fits(withRoles) ? withRoles : entry;
  });
  const entries = [
    ...topics,
    ...appsOf(
      objects.filter(({ spec }) => canLogIn(String(spec["name"] ?? spec["user"]))),
      principal,
      fits,
    ),
  ];
  const made = new Map(
    objectsOf(sectionOf(part, entries), environment).map((object) => [object.key, object]),
  );
  const isSaid = ({ key, spec }: PlanObject): boolean =>
    canonicalJson(made.get(key)?.spec ?? null) === canonicalJson(spec);
  const access = objects.filter(({ kind }) => kind !== "kafka-topic");
  return {
    ...part,
    entries,
    unsaid: [
      ...part.unsaid,
      ...unsaidAccess(
        access.filter((object) => !isSaid(object)),
        byKey,
        canLogIn,
      ),
    ],
  };
}

function rolesOn(topic: string, roles: readonly Role[]): JsonObject {
  const producers = roles
    .filter(({ has }) => has("Topic", topic, "Write") && has("Topic", topic, "Describe"))
    .map(({ app }) => app);
  // Which of several groups reads which topic is nowhere to be seen.
  const consumers = roles
    .filter(
      ({ has, groups }) =>
        groups.length === 1 &&
        has("Group", groups[0]!, "Read") &&
        has("Topic", topic, "Read") &&
        has("Topic", topic, "Describe"),
    )
    .map(({ app, groups }): [string, Json] => [groups[0]!, groups[0] === app ? {} : { app }]);
  const byGroup = new Map(consumers);
  return {
    ...(producers.length > 0 && { producers }),
    // Two applications in one group can't be said; the first one is, the rights of the other are listed.
    ...(byGroup.size > 0 && { consumers: Object.fromEntries(consumers.toReversed()) }),
  };
}

function appsOf(
  objects: readonly PlanObject[],
  principal: string | undefined,
  fits: (entry: Entry) => boolean,
): Entry[] {
  const apps = new Map<string, { value: JsonObject; says: string[] }>();
  const add = (user: string, key: string, words: JsonObject): void => {
    const app = appOf(principal, user);
    if (app === undefined || !fits(entryOf(app, words, [key]))) return;
    const known = apps.get(app) ?? { value: {}, says: [] };
    apps.set(app, { value: { ...known.value, ...words }, says: [...known.says, key] });
  };
  for (const { kind, key, spec } of objects)
    if (kind === "kafka-user") add(String(spec["name"]), key, { password: spec["password"]! });
  for (const { kind, key, spec } of objects) {
    const quota = kind === "kafka-quota" ? quotaWords(spec as QuotaSpec) : undefined;
    if (quota) add(String(spec["user"]), key, { quota });
  }
  return [...apps].map(([name, { value, says }]) => entryOf(name, value, says));
}

const entryOf = (name: string, value: JsonObject, says: readonly string[]): Entry => ({
  block: "apps",
  name,
  value,
  says,
  comments: [],
});

/** undefined where a limit has no word: saying the others would take it away. */
function quotaWords({ limits }: QuotaSpec): JsonObject | undefined {
  const { producer_byte_rate: produced, consumer_byte_rate: consumed, request_percentage, ...rest } = limits;
  if (Object.keys(rest).length > 0) return undefined;
  return {
    ...(produced !== undefined && { producerBytes: sizeText(produced) }),
    ...(consumed !== undefined && { consumerBytes: sizeText(consumed) }),
    ...(request_percentage !== undefined && { requestPercent: request_percentage }),
  };
}
