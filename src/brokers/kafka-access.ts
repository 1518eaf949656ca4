import { pbkdf2Sync, randomBytes } from "node:crypto";
import {
  AclOperations,
  AclPermissionTypes,
  alterClientQuotasV1,
  alterUserScramCredentialsV0,
  ClientQuotaMatchTypes,
  type Connection,
  createAclsV3,
  deleteAclsV3,
  describeAclsV3,
  describeClientQuotasV1,
  describeUserScramCredentialsV0,
  ResourcePatternTypes,
  ResourceTypes,
  ScramMechanisms,
} from "@platformatic/kafka";
import { type AclEntry, fromWire, isKnown, toWire, type WireAcl } from "./kafka-acl.ts";
import { otherAccess, type OtherAccess, type ScramCredentials } from "./kafka-other-access.ts";
import { BrokerError, NotAllowed } from "./error.ts";
import { reasonOf } from "./kafka-failure.ts";
import { replyWithin } from "./kafka-reply.ts";

const writeTimeout = 60_000;
/** How often a password is hashed: what kafka-configs.sh and Pulumi's provider take as well. */
const iterations = 4096;
/** Kafka's code for "there is no authorizer". */
const securityDisabled = 54;
/** Kafka's codes for what the login may not do: with the cluster, or with a topic or group. */
const notAuthorized: ReadonlySet<number> = new Set([29, 30, 31]);
/** Kafka's code for a user that has no SCRAM credentials. */
const resourceNotFound = 91;

export type QuotaKey = "producer_byte_rate" | "consumer_byte_rate" | "request_percentage";

export interface UserQuota {
  readonly user: string;
  readonly limits: Readonly<Partial<Record<QuotaKey, number>>>;
}

export interface ScramUser {
  readonly name: string;
  readonly password: string;
}

/** An item of a request that the broker said no to. */
export interface Refused {
  readonly index: number;
  readonly reason: string;
}

interface Result {
  readonly errorCode: number;
  readonly errorMessage?: string | null;
}

/**
 * Who may do what on a Kafka: ACLs, quotas of users, SCRAM-SHA-512 credentials. One request each, however many there are.
 * Every method throws BrokerError.
 */
export class KafkaAccess {
  private readonly connection: Connection;
  private readonly address: string;
  private readonly silence: number;

  /** `silence`: milliseconds without a sign of life while it is read. */
  constructor(connection: Connection, address: string, silence: number) {
    this.connection = connection;
    this.address = address;
    this.silence = silence;
  }

  /** All ACLs, except those about things that Queueform has no word for. */
  async acls(): Promise<AclEntry[]> {
    return (await this.wireAcls()).filter(isKnown).map(fromWire);
  }

  /** What `acls`, `quotas` and `scramUsers` leave out. */
  async others(): Promise<OtherAccess> {
    const all = describeClientQuotasV1.api.async(this.connection, [], false);
    const [acls, quotas, users] = await Promise.all([
      this.wireAcls(),
      this.ask(all, this.silence),
      this.scramCredentials(),
    ]);
    this.check(quotas);
    return otherAccess(acls, quotas.entries ?? [], users);
  }

  private async wireAcls(): Promise<WireAcl[]> {
    const everything = {
      resourceType: ResourceTypes.ANY,
      resourceName: null,
      resourcePatternType: ResourcePatternTypes.ANY,
      principal: null,
      host: null,
      operation: AclOperations.ANY,
      permissionType: AclPermissionTypes.ANY,
    };
    const reply = await this.ask(describeAclsV3.api.async(this.connection, everything), this.silence);
    this.check(reply);
    return reply.resources.flatMap(({ acls, ...target }) => acls.map((acl) => ({ ...target, ...acl })));
  }

  async createAcls(acls: readonly AclEntry[]): Promise<Refused[]> {
    const { results } = await this.ask(
      createAclsV3.api.async(this.connection, acls.map(toWire)),
      writeTimeout,
    );
    return this.refused(results);
  }

  /** What is already gone counts as deleted. */
  async deleteAcls(acls: readonly AclEntry[]): Promise<Refused[]> {
    const { filterResults } = await this.ask(
      deleteAclsV3.api.async(this.connection, acls.map(toWire)),
      writeTimeout,
    );
    return this.refused(
      filterResults.map((filter) => filter.matchingAcls.find(({ errorCode }) => errorCode !== 0) ?? filter),
    );
  }

  /** The quotas of users by name; those of clients, and of users together with clients, are left out. */
  async quotas(): Promise<UserQuota[]> {
    const users = [{ entityType: "user", matchType: ClientQuotaMatchTypes.ANY }] as const;
    const reply = await this.ask(
      describeClientQuotasV1.api.async(this.connection, [...users], true),
      this.silence,
    );
    this.check(reply);
    return (reply.entries ?? []).flatMap(({ entity, values }) => {
      const user = entity[0]?.entityName;
      return user === null || user === undefined
        ? []
        : [{ user, limits: Object.fromEntries(values.map(({ key, value }) => [key, value])) }];
    });
  }

  /** Sets limits; undefined takes one away. */
  async alterQuotas(
    changes: readonly {
      readonly user: string;
      readonly limits: Readonly<Partial<Record<QuotaKey, number | undefined>>>;
    }[],
  ): Promise<Refused[]> {
    const entries = changes.map(({ user, limits }) => ({
      entities: [{ entityType: "user" as const, entityName: user }],
      ops: (Object.entries(limits) as [QuotaKey, number | undefined][]).map(([key, value]) =>
        value === undefined ? { key, remove: true as const } : { key, value, remove: false as const },
      ),
    }));
    const reply = await this.ask(
      alterClientQuotasV1.api.async(this.connection, entries, false),
      writeTimeout,
    );
    const order = new Map(changes.map(({ user }, index) => [user, index]));
    return reply.entries
      .filter(({ errorCode }) => errorCode !== 0)
      .map(({ entity, errorCode, errorMessage }) => ({
        index: order.get(entity[0]?.entityName ?? "") ?? 0,
        reason: reasonOf(errorCode, errorMessage),
      }));
  }

  /** Who can log in with SCRAM-SHA-512. The broker never tells a password, nor anything to check one by. */
  async scramUsers(): Promise<string[]> {
    return (await this.scramCredentials()).flatMap(({ user, credentialInfos }) =>
      credentialInfos.some(({ mechanism }) => mechanism === ScramMechanisms.SCRAM_SHA_512) ? [user] : [],
    );
  }

  private async scramCredentials(): Promise<ScramCredentials[]> {
    const reply = await this.ask(
      // Nobody in particular stands for everybody.
      describeUserScramCredentialsV0.api.async(this.connection, []),
      this.silence,
    );
    this.check(reply);
    for (const result of reply.results) this.check(result);
    return reply.results;
  }

  /** Makes users, or gives them another password. The password itself never leaves this process. */
  async putScramUsers(users: readonly ScramUser[]): Promise<Refused[]> {
    const upsertions = users.map(({ name, password }) => {
      const salt = randomBytes(32);
      const saltedPassword = pbkdf2Sync(password, salt, iterations, 64, "sha512");
      return { name, mechanism: ScramMechanisms.SCRAM_SHA_512, iterations, salt, saltedPassword };
    });
    return this.alterScram([], upsertions);
  }

  /** What is already gone counts as deleted. */
  async deleteScramUsers(names: readonly string[]): Promise<Refused[]> {
    return this.alterScram(
      names.map((name) => ({ name, mechanism: ScramMechanisms.SCRAM_SHA_512 })),
      [],
    );
  }

  private async alterScram(
    deletions: Parameters<typeof alterUserScramCredentialsV0.api.async>[1],
    upsertions: Parameters<typeof alterUserScramCredentialsV0.api.async>[2],
  ): Promise<Refused[]> {
    const { results } = await this.ask(
      alterUserScramCredentialsV0.api.async(this.connection, deletions, upsertions),
      writeTimeout,
    );
    const order = new Map([...upsertions, ...deletions].map(({ name }, index) => [name, index]));
    return results
      .filter(({ errorCode }) => errorCode !== 0 && errorCode !== resourceNotFound)
      .map(({ user, errorCode, errorMessage }) => ({
        index: order.get(user) ?? 0,
        reason: reasonOf(errorCode, errorMessage),
      }));
  }

  private check({ errorCode, errorMessage }: Result): void {
    if (errorCode === 0) return;
    if (notAuthorized.has(errorCode))
      throw new NotAllowed(
        `Kafka at ${this.address} does not let this login see who may do what. Allow it Describe and DescribeConfigs on the cluster.`,
      );
    throw new BrokerError(
      errorCode === securityDisabled
        ? `Kafka at ${this.address} has no authorizer, so it keeps no ACLs and everybody may do everything. Set authorizer.class.name on its brokers, or "access: none" in the stack file.`
        : `Kafka at ${this.address} doesn't tell who may do what: ${reasonOf(errorCode, errorMessage)}.`,
    );
  }

  private refused(results: readonly Result[]): Refused[] {
    return results.flatMap((result, index) => {
      if (result.errorCode === securityDisabled) this.check(result);
      return result.errorCode === 0
        ? []
        : [{ index, reason: reasonOf(result.errorCode, result.errorMessage) }];
    });
  }

  private ask<Reply>(reply: Promise<Reply>, silence: number): Promise<Reply> {
    return replyWithin(silence, reply, this.connection, this.address);
  }
}
