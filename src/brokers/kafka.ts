import {
  alterPartitionReassignmentsV0,
  ConfigResourceTypes,
  type Connection,
  createPartitionsV3,
  createTopicsV7,
  deleteTopicsV6,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
  metadataV12,
} from "@platformatic/kafka";
import { KafkaAccess } from "./kafka-access.ts";
import { topicConfigs } from "./kafka-configs.ts";
import { type KafkaLogin, type OpenConnection, openConnection } from "./kafka-connection.ts";
import { reasonOf } from "./kafka-failure.ts";
import { batches } from "./kafka-batches.ts";
import { movesUnderWay, settledPartitions } from "./kafka-moves.ts";
import { assignReplicas } from "./kafka-replicas.ts";
import { refusals, replyWithin } from "./kafka-reply.ts";
import { describeTopics } from "./kafka-named.ts";
import type { ConfigChange, NewTopic, TopicRefusal, TopicState } from "./kafka-topics.ts";

export type { NewTopic } from "./kafka-topics.ts";

const writeTimeout = 60_000;
const topicType = ConfigResourceTypes.TOPIC;

// How many records the controller writes for an item.
const recordsOfTopic = ({ partitions, config }: NewTopic): number =>
  1 + partitions + Object.keys(config).length;
const recordsOfChange = ({ set, reset }: ConfigChange): number => Object.keys(set).length + reset.length;

/**
 * The calls of Kafka's protocol that Queueform needs, over one connection: with KRaft every broker passes them on to
 * the controller. Requests carry many topics each. Every method throws BrokerError.
 */
export class KafkaClient {
  readonly clusterId: string;
  /** The newest release that the broker's features tell of, such as "4.1". */
  readonly version: string;
  readonly access: KafkaAccess;
  private readonly connection: Connection;
  private readonly address: string;
  private readonly silence: number;

  private constructor({ connection, address, clusterId, version, silence }: OpenConnection) {
    this.connection = connection;
    this.address = address;
    this.clusterId = clusterId;
    this.version = version;
    this.silence = silence;
    this.access = new KafkaAccess(connection, address, silence);
  }

  /** Connects to the first of the bootstrap brokers that answers. Gives up within ten seconds, or the login's timeout. */
  static async connect(login: KafkaLogin): Promise<KafkaClient> {
    return new KafkaClient(await openConnection(login));
  }

  /** All topics, internal ones too. */
  async topics(): Promise<TopicState[]> {
    const [{ topics }, moves] = await Promise.all([
      this.ask(metadataV12.api.async(this.connection, null, false), this.silence),
      movesUnderWay(this.connection, this.address, this.silence),
    ]);
    const names = topics.flatMap(({ name, isInternal }) => (name && !isInternal ? [name] : []));
    const configs = await topicConfigs(this.connection, this.address, names, this.silence);
    return topics.flatMap(({ name, isInternal, partitions }) => {
      if (!name) return [];
      const found = configs.get(name);
      return [
        {
          name,
          internal: isInternal,
          partitions: settledPartitions(name, partitions, moves),
          config: typeof found === "object" ? found : {},
          ...(typeof found === "string" && { configUnknown: found }),
        },
      ];
    });
  }

  /** What only a question by name tells. */
  namedTopics = (names: readonly string[]) =>
    describeTopics(this.connection, this.address, names, this.silence);

  createTopics(topics: readonly NewTopic[]): Promise<TopicRefusal[]> {
    return this.inBatches(batches(topics, recordsOfTopic), async (batch) => {
      const requests = batch.map(({ name, partitions, replicationFactor, config }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      }));
      const reply = await this.ask(
        createTopicsV7.api.async(this.connection, requests, writeTimeout, false),
        writeTimeout,
      );
      return refusals(reply.topics);
    });
  }

  alterConfigs(changes: readonly ConfigChange[]): Promise<TopicRefusal[]> {
    return this.inBatches(batches(changes, recordsOfChange), async (batch) => {
      const resources = batch.map(({ topic, set, reset }) => ({
        resourceType: topicType,
        resourceName: topic,
        configs: [
          ...Object.entries(set).map(([name, value]) => ({
            name,
            value,
            configOperation: IncrementalAlterConfigOperationTypes.SET,
          })),
          ...reset.map((name) => ({ name, configOperation: IncrementalAlterConfigOperationTypes.DELETE })),
        ],
      }));
      const reply = await this.ask(
        incrementalAlterConfigsV1.api.async(this.connection, resources, false),
        writeTimeout,
      );
      return refusals(reply.responses.map((response) => ({ ...response, name: response.resourceName })));
    });
  }

  /** Partitions can only be added. */
  createPartitions(
    topics: readonly { readonly topic: string; readonly count: number }[],
  ): Promise<TopicRefusal[]> {
    return this.inBatches(
      batches(topics, ({ count }) => count),
      async (batch) => {
        const requests = batch.map(({ topic, count }) => ({ name: topic, count, assignments: null }));
        const reply = await this.ask(
          createPartitionsV3.api.async(this.connection, requests, writeTimeout, false),
          writeTimeout,
        );
        return refusals(reply.results);
      },
    );
  }

  /** Starts copying partitions to more brokers, or drops copies. The brokers go on with it after the call. */
  async changeReplication(
    topics: readonly { readonly topic: string; readonly replicationFactor: number }[],
  ): Promise<TopicRefusal[]> {
    const state = await this.ask(
      metadataV12.api.async(
        this.connection,
        topics.map(({ topic }) => topic),
        false,
      ),
      this.silence,
    );
    const brokers = state.brokers.map(({ nodeId }) => nodeId);
    const refused: TopicRefusal[] = [];
    const requests = topics.flatMap(({ topic, replicationFactor }) => {
      if (replicationFactor > brokers.length) {
        refused.push({
          topic,
          reason: `it should be kept on ${replicationFactor} brokers, and the cluster has ${brokers.length}`,
        });
        return [];
      }
      const partitions = state.topics.find(({ name }) => name === topic)?.partitions ?? [];
      return [
        {
          name: topic,
          partitions: partitions.map(({ partitionIndex, replicaNodes }) => ({
            partitionIndex,
            replicas: assignReplicas(replicaNodes, brokers, replicationFactor, partitionIndex),
          })),
        },
      ];
    });
    const sent = await this.inBatches(
      batches(requests, ({ partitions }) => partitions.length),
      async (batch) => {
        const reply = await this.ask(
          alterPartitionReassignmentsV0.api.async(this.connection, writeTimeout, true, batch),
          writeTimeout,
        );
        if (reply.errorCode !== 0) {
          const reason = reasonOf(reply.errorCode, reply.errorMessage);
          return batch.map(({ name }) => ({ topic: name, reason }));
        }
        return reply.responses.flatMap(({ name, partitions }) =>
          refusals(partitions.map((partition) => ({ ...partition, name }))).slice(0, 1),
        );
      },
    );
    return [...refused, ...sent];
  }

  deleteTopics(names: readonly string[]): Promise<TopicRefusal[]> {
    return this.inBatches(
      batches(names, () => 1),
      async (batch) => {
        const requests = batch.map((name) => ({ name }));
        const reply = await this.ask(
          deleteTopicsV6.api.async(this.connection, requests, writeTimeout),
          writeTimeout,
        );
        return refusals(reply.responses);
      },
    );
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async inBatches<T>(
    all: readonly (readonly T[])[],
    send: (batch: T[]) => Promise<TopicRefusal[]>,
  ): Promise<TopicRefusal[]> {
    const refused: TopicRefusal[] = [];
    for (const batch of all) refused.push(...(await send([...batch])));
    return refused;
  }

  private ask<Reply>(reply: Promise<Reply>, silence: number): Promise<Reply> {
    return replyWithin(silence, reply, this.connection, this.address);
  }
}
