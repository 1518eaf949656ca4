import { Provider } from "@pulumi/kafka";
import * as pulumi from "@pulumi/pulumi";
import { readAuthority } from "../environment/authority.ts";
import type { KafkaCluster } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";

type Sasl = NonNullable<KafkaCluster["sasl"]>;

const mechanisms: Record<Sasl["mechanism"], string> = {
  plain: "plain",
  "scram-sha-256": "scram-sha256",
  "scram-sha-512": "scram-sha512",
};

/** How long one request may take, in seconds. */
const timeout = 60;

export function kafkaProvider(name: string, cluster: KafkaCluster, lookup: SecretLookup): Provider {
  return new Provider(name, {
    bootstrapServers: [...cluster.bootstrap],
    // Said outright, because true is assumed otherwise, and environment variables would have a say.
    tlsEnabled: cluster.tls,
    skipTlsVerify: false,
    timeout,
    ...(cluster.caFile !== undefined && { caCert: readAuthority(cluster.caFile) }),
    ...(cluster.sasl && login(cluster.sasl, lookup)),
  });
}

function login({ mechanism, username, password }: Sasl, lookup: SecretLookup) {
  return {
    saslMechanism: mechanisms[mechanism],
    saslUsername: username,
    saslPassword: pulumi.secret(resolveSecret(password, lookup)),
  };
}
