import type { OtherAccess, QuotaEntity } from "../../brokers/kafka-other-access.ts";
import { clusterPlace, type Note } from "../found.ts";

/** Says of what is on a Kafka and can't be an object that it is there, and stays. */
export function othersOn(cluster: string, place: string, { quotas, scramSha256, acls }: OtherAccess): Note[] {
  const texts = [
    ...quotas.map(
      ({ entity, limits }) =>
        `The quota (${limits.join(", ")}) of ${whom(entity)} has no word here: quotas in a file are of one application.`,
    ),
    ...scramSha256.map(
      (user) =>
        `The user "${user}" has a password for SCRAM-SHA-256, and applications in a file have one for SCRAM-SHA-512 only.`,
    ),
    ...acls.map(
      ({ principal, operation, resourceType, resourceName }) =>
        `The ACL of ${principal} for ${operation} on ${resourceType} "${resourceName}" has no word here.`,
    ),
  ];
  return texts.map((text) => ({
    place,
    about: clusterPlace("kafka", cluster),
    text: `${text} It stays on the brokers as it is.`,
  }));
}

const nouns = [
  ["user", "user"],
  ["client-id", "client"],
  ["ip", "address"],
] as const;

const whom = (entity: QuotaEntity): string =>
  nouns
    .flatMap(([type, noun]) => {
      const name = entity[type];
      if (name === undefined) return [];
      return name === null ? `every ${noun} without an own one` : `the ${noun} "${name}"`;
    })
    .join(" with ");
