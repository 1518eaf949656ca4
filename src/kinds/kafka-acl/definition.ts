import { digest, keyOf, topicKey, userKey } from "../key.ts";
import type { Kind, Reference } from "../kind.ts";

/** One ACL, in the words that kafka-acls.sh and Pulumi's provider share; the provider checks none of them. */
export type AclSpec = {
  /** "User:web" */
  principal: string;
  host: string;
  operation: string;
  permission: string;
  resourceType: string;
  resourceName: string;
  patternType: string;
};

/** What Queueform itself writes: rights of one user on one topic or group, from any host. */
export interface AclValue {
  readonly resourceType: "Topic" | "Group";
  readonly resourceName: string;
  readonly operation: "Read" | "Write" | "Describe";
}

/** Short for the ACLs that Queueform writes; what is unusual about others enters the key as a digest. */
export function aclKey(cluster: string, spec: AclSpec): string {
  const { host, permission, patternType } = spec;
  const usual = host === "*" && permission === "Allow" && patternType === "Literal";
  const last = usual ? spec.operation : `${spec.operation}~${digest({ host, permission, patternType })}`;
  return keyOf("kafka", cluster, "acl", spec.resourceType, spec.resourceName, spec.principal, last);
}

export const aclOf = (user: string, { resourceType, resourceName, operation }: AclValue): AclSpec => ({
  principal: `User:${user}`,
  host: "*",
  operation,
  permission: "Allow",
  resourceType,
  resourceName,
  patternType: "Literal",
});

const deeds: Readonly<Record<string, string>> = {
  Read: "read",
  Write: "write to",
  Describe: "look up",
};

export const kind: Kind<AclValue, AclSpec> = {
  id: "kafka-acl",
  broker: "kafka",
  noun: "ACL",
  declare: () => [],
  compile: ({ name, value }) => aclOf(name, value),
  references: ({ cluster, name, value, mark }) => {
    const user: Reference = {
      key: userKey("kafka", cluster, name),
      noun: "user",
      name,
      mark,
      mustExist: false,
    };
    if (value.resourceType !== "Topic") return [user];
    const topic = value.resourceName;
    return [user, { key: topicKey(cluster, topic), noun: "topic", name: topic, mark, mustExist: false }];
  },
  protects: () => false,
  impact: {
    added: (spec, before) => {
      if (spec.permission === "Deny")
        return { impact: "outage", sentence: `${who(spec)} is refused from now on.` };
      return before.some((other) => what(other) === what(spec) && other.patternType === spec.patternType)
        ? { impact: "safe", sentence: `${who(spec)} is allowed, as others already are.` }
        : {
            impact: "outage",
            sentence: `${who(spec)} is allowed. Where the cluster lets everyone in as long as nothing has an ACL (allow.everyone.if.no.acl.found), the first one on ${what(spec)} shuts out everybody who has none.`,
          };
    },
    removed: (spec) =>
      spec.permission === "Deny"
        ? { impact: "safe", sentence: `${who(spec)} is no longer refused by this.` }
        : { impact: "outage", sentence: `${who(spec)} is refused from now on.` },
    changed: () => ({
      effect: "replaces",
      impact: "outage",
      sentence: "An ACL can't be changed: the old one is taken away.",
    }),
  },
};

const what = ({ resourceType, resourceName }: AclSpec): string =>
  `${resourceType.toLowerCase()} "${resourceName}"`;
const who = (spec: AclSpec): string =>
  `"${spec.principal}", when it wants to ${deeds[spec.operation] ?? spec.operation} ${what(spec)},`;
