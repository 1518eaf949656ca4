import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/rabbitmq";
import { readAuthority } from "../environment/authority.ts";
import type { RabbitmqCluster } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";
import { pluginPath } from "./plugin-path.ts";

export function rabbitmqProvider(name: string, cluster: RabbitmqCluster, lookup: SecretLookup): Provider {
  // The plugin reads the file itself, and would find it missing only in the middle of the run.
  if (cluster.caFile !== undefined) readAuthority(cluster.caFile);
  return new Provider(name, {
    // The provider adds "/api/": a slash at the end would make that "//api/", which brokers answer with 404 and 405.
    endpoint: cluster.endpoint.replace(/\/+$/, ""),
    username: cluster.username,
    password: pulumi.secret(resolveSecret(cluster.password, lookup)),
    // Said outright, or the environment variable RABBITMQ_INSECURE could switch the check of certificates off.
    insecure: false,
    ...(cluster.caFile !== undefined && { cacertFile: pluginPath(cluster.caFile) }),
  });
}
