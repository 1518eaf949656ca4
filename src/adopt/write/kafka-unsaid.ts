import type { AclSpec } from "../../kinds/kafka-acl/definition.ts";
import { canonicalJson, topicKey } from "../../kinds/key.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Unsaid } from "./entry.ts";

/** The rights of one user on one thing are told in one sentence: people write them as one rule. */
export function unsaidAccess(
  objects: readonly PlanObject[],
  byKey: ReadonlyMap<string, PlanObject>,
  canLogIn: (user: string) => boolean,
): Unsaid[] {
  const groups = Map.groupBy(objects, ({ kind, key, spec }) =>
    kind === "kafka-acl" ? canonicalJson({ ...spec, operation: "" }) : key,
  );
  return [...groups.values()].flatMap(([first, ...others]) => [
    {
      object: first!,
      reason: reasonFor(first!, others, byKey, canLogIn),
      ...(others.length > 0 && { alsoKeys: others.map(({ key }) => key) }),
    },
    ...others.map((object) => ({ object, reason: "" })),
  ]);
}

function reasonFor(
  { kind, cluster, spec }: PlanObject,
  others: readonly PlanObject[],
  byKey: ReadonlyMap<string, PlanObject>,
  canLogIn: (user: string) => boolean,
): string {
  const noLogin =
    "Kafka has no password of that user (SCRAM-SHA-512), and an application in a file needs one.";
  if (kind !== "kafka-acl") {
    const user = String(spec["name"] ?? spec["user"]);
    const what = `The ${kind.replace("kafka-", "")} of "${user}"`;
    return canLogIn(user) ? `${what} has no word here.` : `${what} is not said: ${noLogin}`;
  }
  const { principal, permission, operation, resourceType, resourceName, patternType, host } = spec as AclSpec;
  const noun = resourceType.toLowerCase();
  const operations = [operation, ...others.map((other) => (other.spec as AclSpec).operation)].join(", ");
  const isAll = patternType === "Literal" && resourceName === "*";
  const where = isAll
    ? `every ${noun} (host ${host})`
    : `the ${noun} "${resourceName}" (${patternType.toLowerCase()}, host ${host})`;
  const right = `That ${principal} is ${permission === "Allow" ? "allowed" : "denied"} ${operations} on ${where}`;
  if (!canLogIn(principal.replace(/^User:/, ""))) return `${right} is not said: ${noLogin}`;
  const isElsewhere =
    resourceType === "Topic" &&
    patternType === "Literal" &&
    !isAll &&
    !byKey.has(topicKey(cluster, resourceName));
  return isElsewhere
    ? `${right} is said at the topic, which is not among what is imported.`
    : `${right} is not what producers and consumers need, and has no word here.`;
}
