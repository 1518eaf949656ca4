import { globMatches } from "../topology/glob.ts";
import type { Environment, ManagedAccess } from "./environment.ts";

/** Whether this environment makes users and rights on a cluster. False when files are checked without a stack file. */
export function isManaged(
  environment: Environment | undefined,
  broker: "rabbitmq" | "kafka",
  cluster: string,
): boolean {
  return environment?.clusters[broker].get(cluster)?.access === "managed";
}

/** The name that an application logs in with. */
export function principalOf(cluster: ManagedAccess | undefined, app: string): string {
  return (cluster?.principal ?? "{app}").replaceAll("{app}", app);
}

/** Whether it could be the name of an application. */
export function isPrincipal(cluster: ManagedAccess, name: string): boolean {
  return globMatches(principalOf(cluster, "*"), name);
}

/** Whether the names of applications tell them from other people's: any name could be one where there is no template. */
export function hasOwnNames(cluster: ManagedAccess): boolean {
  return principalOf(cluster, "") !== "";
}

/** Whether applications log in with certificates, whose names are distinguished names, and so have no password. */
export function usesCertificates(cluster: ManagedAccess | undefined): boolean {
  return /^[A-Za-z]+=/.test(cluster?.principal ?? "");
}
