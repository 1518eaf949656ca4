import {
  type AclOperationValue,
  AclOperations,
  type AclPermissionTypeValue,
  AclPermissionTypes,
  type ResourcePatternTypeValue,
  ResourcePatternTypes,
  type ResourceTypeValue,
  ResourceTypes,
} from "@platformatic/kafka";

/** One ACL in the words of kafka-acls.sh. */
export interface AclEntry {
  readonly principal: string;
  readonly host: string;
  readonly operation: string;
  readonly permission: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly patternType: string;
}

export interface WireAcl {
  readonly resourceType: ResourceTypeValue;
  readonly resourceName: string;
  readonly resourcePatternType: ResourcePatternTypeValue;
  readonly principal: string;
  readonly host: string;
  readonly operation: AclOperationValue;
  readonly permissionType: AclPermissionTypeValue;
}

type Codes = Readonly<Record<string, number>>;

const operations = {
  All: AclOperations.ALL,
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
  Create: AclOperations.CREATE,
  Delete: AclOperations.DELETE,
  Alter: AclOperations.ALTER,
  Describe: AclOperations.DESCRIBE,
  ClusterAction: AclOperations.CLUSTER_ACTION,
  DescribeConfigs: AclOperations.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperations.ALTER_CONFIGS,
  IdempotentWrite: AclOperations.IDEMPOTENT_WRITE,
} as const;
const permissions = { Allow: AclPermissionTypes.ALLOW, Deny: AclPermissionTypes.DENY } as const;
const resources = {
  Topic: ResourceTypes.TOPIC,
  Group: ResourceTypes.GROUP,
  Cluster: ResourceTypes.CLUSTER,
  TransactionalID: ResourceTypes.TRANSACTIONAL_ID,
} as const;
const patterns = {
  Literal: ResourcePatternTypes.LITERAL,
  Prefixed: ResourcePatternTypes.PREFIXED,
} as const;

const wordFor = (codes: Codes, code: number): string | undefined =>
  Object.keys(codes).find((word) => codes[word] === code);

/** Whether there is a word for everything in an ACL; the newest Kafka knows more than this does. */
export const isKnown = ({ resourceType, resourcePatternType, operation, permissionType }: WireAcl): boolean =>
  wordFor(resources, resourceType) !== undefined &&
  wordFor(patterns, resourcePatternType) !== undefined &&
  wordFor(operations, operation) !== undefined &&
  wordFor(permissions, permissionType) !== undefined;

/** Only for those that `isKnown`. */
export const fromWire = (acl: WireAcl): AclEntry => ({
  principal: acl.principal,
  host: acl.host,
  operation: wordFor(operations, acl.operation)!,
  permission: wordFor(permissions, acl.permissionType)!,
  resourceType: wordFor(resources, acl.resourceType)!,
  resourceName: acl.resourceName,
  patternType: wordFor(patterns, acl.resourcePatternType)!,
});

export const toWire = (acl: AclEntry): WireAcl => ({
  resourceType: resources[acl.resourceType as keyof typeof resources],
  resourceName: acl.resourceName,
  resourcePatternType: patterns[acl.patternType as keyof typeof patterns],
  principal: acl.principal,
  host: acl.host,
  operation: operations[acl.operation as keyof typeof operations],
  permissionType: permissions[acl.permission as keyof typeof permissions],
});
