import { AclOperations, ResourceTypes, ScramMechanisms } from "@platformatic/kafka";
import { isKnown, type WireAcl } from "./kafka-acl.ts";

/** Of one user: the mechanisms that it has a password for. */
export interface ScramCredentials {
  readonly user: string;
  readonly credentialInfos: readonly { readonly mechanism: number }[];
}

/** Whom limits are for, by the type of the entity (user, client-id, ip); null is everybody who has no own. */
export type QuotaEntity = Readonly<Record<string, string | null>>;

interface QuotaEntry {
  readonly entity: readonly { readonly entityType: string; readonly entityName?: string | null }[];
  readonly values: readonly { readonly key: string }[];
}

/** Rights and limits that Queueform has no objects for. */
export interface OtherAccess {
  readonly quotas: readonly { readonly entity: QuotaEntity; readonly limits: readonly string[] }[];
  /** Users with a password for SCRAM-SHA-256. */
  readonly scramSha256: readonly string[];
  /** In Kafka's own words, as in DESCRIBE_TOKENS on USER. */
  readonly acls: readonly {
    readonly principal: string;
    readonly operation: string;
    readonly resourceType: string;
    readonly resourceName: string;
  }[];
}

export function otherAccess(
  acls: readonly WireAcl[],
  quotas: readonly QuotaEntry[],
  users: readonly ScramCredentials[],
): OtherAccess {
  const isOneUser = ({ entity }: QuotaEntry): boolean =>
    entity.length === 1 && entity[0]!.entityType === "user" && typeof entity[0]!.entityName === "string";
  return {
    quotas: quotas
      .filter((quota) => !isOneUser(quota))
      .map(({ entity, values }) => ({
        entity: Object.fromEntries(
          entity.map(({ entityType, entityName }) => [entityType, entityName ?? null]),
        ),
        limits: values.map(({ key }) => key),
      })),
    scramSha256: users
      .filter(({ credentialInfos }) =>
        credentialInfos.some(({ mechanism }) => mechanism === ScramMechanisms.SCRAM_SHA_256),
      )
      .map(({ user }) => user),
    acls: acls
      .filter((acl) => !isKnown(acl))
      .map(({ principal, operation, resourceType, resourceName }) => ({
        principal,
        operation: wordOf(AclOperations, operation),
        resourceType: wordOf(ResourceTypes, resourceType),
        resourceName,
      })),
  };
}

const wordOf = (codes: Readonly<Record<string, number>>, code: number): string =>
  Object.keys(codes).find((word) => codes[word] === code) ?? String(code);
