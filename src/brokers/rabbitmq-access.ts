import type { ManagementApi } from "./rabbitmq-management.ts";
import { shapes } from "./rabbitmq-shapes.ts";

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
    const users = await this.api.wholeList<
      Omit<UserInfo, "tags"> & { readonly tags: readonly string[] | string }
    >(["users"], shapes.user);
    // Before 3.9, tags were one text with commas.
    return users.map((user) => ({
      ...user,
      tags: typeof user.tags === "string" ? user.tags.split(",").filter((tag) => tag !== "") : user.tags,
    }));
  }

  permissions(): Promise<PermissionInfo[]> {
    return this.api.wholeList(["permissions"], shapes.permission);
  }

  topicPermissions(): Promise<TopicPermissionInfo[]> {
    return this.api.wholeList(["topic-permissions"], shapes.topicPermission);
  }

  /** Makes a user, or gives it another password. */
  putUser(name: string, password: string, tags: readonly string[]): Promise<void> {
    return this.api.send("PUT", ["users", name], { password, tags: tags.join(",") });
  }

  /** Changes the tags and keeps the password, which the broker tells as a hash. */
  async retagUser(name: string, tags: readonly string[]): Promise<void> {
    const user = await this.api.get<UserInfo>(["users", name], shapes.user);
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
