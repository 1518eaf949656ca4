/** Used when nobody says which redis.conf to run: what job queues need, no more. */
export const defaultRedisConf = "appendonly yes\nmaxmemory-policy noeviction\n";
