import type { ManagementApi } from "./rabbitmq-management.ts";

export interface UserInfo {
  readonly name: string;
  readonly tags: readonly string[];
  readonly password_hash: string;
  readonly hashing_algorithm: string;
}

/** Three regular expressions over names of exchanges and queues. */
export interface PermissionInfo {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** Two regular expressions over routing keys of one topic exchange. */
export interface TopicPermissionInfo {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

/** Who may do what on a RabbitMQ. Every method throws BrokerError. */
export class RabbitmqAccess {
  private readonly api: ManagementApi;

  constructor(api: ManagementApi) {
    this.api = api;
  }

  async users(): Promise<UserInfo[]> {
    const users = ((await this.api.list(["users"])) ?? []) as (Omit<UserInfo, "tags"> & {
      readonly tags: readonly string[] | string;
    })[];
    // Before 3.9, tags were one text with commas.
    return users.map((user) => ({
      ...user,
      tags: typeof user.tags === "string" ? user.tags.split(",").filter((tag) => tag !== "") : user.tags,
    }));
  }

  async permissions(): Promise<PermissionInfo[]> {
    return ((await this.api.list(["permissions"])) ?? []) as PermissionInfo[];
  }

  async topicPermissions(): Promise<TopicPermissionInfo[]> {
    return ((await this.api.list(["topic-permissions"])) ?? []) as TopicPermissionInfo[];
  }

  /** Makes a user, or gives it another password. */
  putUser(name: string, password: string, tags: readonly string[]): Promise<void> {
    return this.api.send("PUT", ["users", name], { password, tags: tags.join(",") });
  }

  /** Changes the tags and keeps the password, which the broker tells as a hash. */
  async retagUser(name: string, tags: readonly string[]): Promise<void> {
    const user = (await this.api.get(["users", name])) as UserInfo | undefined;
    if (!user) return;
    const { password_hash, hashing_algorithm } = user;
    await this.api.send("PUT", ["users", name], { password_hash, hashing_algorithm, tags: tags.join(",") });
  }

  deleteUser(name: string): Promise<void> {
    return this.api.delete(["users", name]);
  }

  putPermission({ user, vhost, ...rights }: PermissionInfo): Promise<void> {
    return this.api.send("PUT", ["permissions", vhost, user], rights);
  }

  deletePermission(user: string, vhost: string): Promise<void> {
    return this.api.delete(["permissions", vhost, user]);
  }

  putTopicPermission({ user, vhost, ...rights }: TopicPermissionInfo): Promise<void> {
    return this.api.send("PUT", ["topic-permissions", vhost, user], rights);
  }

  deleteTopicPermission({
    user,
    vhost,
    exchange,
  }: Omit<TopicPermissionInfo, "write" | "read">): Promise<void> {
    return this.api.delete(["topic-permissions", vhost, user, exchange]);
  }
}
