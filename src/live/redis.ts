import { NotAllowed } from "../brokers/error.ts";
import { openRedis, type RedisClient, type RedisLogin } from "../brokers/redis.ts";
import type { RedisCluster } from "../environment/environment.ts";
import { resolveSecret, type SecretLookup } from "../environment/secrets.ts";
import type { RedisServerSpec } from "../kinds/redis-server/definition.ts";
import type { PlanObject } from "../plan/plan.ts";
import { jobsAtStake } from "./at-stake.ts";
import type { Connection } from "./connection.ts";
import { Hidden } from "./hidden.ts";
import { readContents } from "./redis-content.ts";
import { redisAilments } from "./redis-health.ts";

/** Throws UsageError when the password can't be found. */
export function redisLogin({ password, ...login }: RedisCluster, lookup: SecretLookup): RedisLogin {
  return { ...login, ...(password !== undefined && { password: resolveSecret(password, lookup) }) };
}

/** Connects to a Redis: its settings, and what its job queues hold. Throws BrokerError when it can't be reached. */
export async function connectRedis(cluster: RedisCluster, lookup: SecretLookup): Promise<Connection> {
  const client = await openRedis(redisLogin(cluster, lookup));
  return {
    broker: "redis",
    cluster: cluster.name,
    probe: async () => ({ identity: "", version: await versionOf(client) }),
    read: async (desired) => {
      const hidden = new Hidden();
      const servers = desired.filter(({ kind }) => kind === "redis-server");
      const queues = desired.filter(({ kind }) => kind === "redis-content");
      const objects = await Promise.all([
        servers.length > 0
          ? hidden.unless(compareSettings(client, cluster.name, servers), servers)
          : undefined,
        // Also without queues in the file: the last one may just have gone from it.
        hidden.unless(readContents(client, cluster.name, queues), queues),
      ]);
      return {
        objects: objects.flatMap((part) => part ?? []),
        unchecked: hidden.unchecked,
        problems: hidden.problems,
      };
    },
    ailments: (desired) => redisAilments(client, cluster.name, desired),
    atStake: (objects) => jobsAtStake(objects, client),
    close: () => Promise.resolve(client.close()),
  };
}

/** Whoever may not ask for it has been let in all the same, and by a Redis. */
async function versionOf(client: RedisClient): Promise<string> {
  try {
    const server = await client.info("server");
    const valkey = server["valkey_version"];
    return valkey === undefined ? (server["redis_version"] ?? "unknown") : `Valkey ${valkey}`;
  } catch (error) {
    if (error instanceof NotAllowed) return "unknown";
    throw error;
  }
}

async function compareSettings(
  client: RedisClient,
  cluster: string,
  servers: readonly PlanObject[],
): Promise<PlanObject[]> {
  const settings = await readSettings(client);
  return servers.map(({ kind, key, spec }) => ({
    kind,
    key,
    cluster,
    spec: { ...spec, ...settings },
    dependsOn: [],
  }));
}

/** What job queues depend on. Throws BrokerError. */
export async function readSettings(
  client: RedisClient,
): Promise<Pick<RedisServerSpec, "maxmemoryPolicy" | "appendonly">> {
  const [memory, persistence] = await Promise.all([client.info("memory"), client.info("persistence")]);
  return {
    maxmemoryPolicy: memory["maxmemory_policy"] ?? "unknown",
    appendonly: persistence["aof_enabled"] === "1" ? "yes" : "no",
  };
}
