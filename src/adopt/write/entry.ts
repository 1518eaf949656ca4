import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";

/** One named thing in a topology file that is to be written. */
export interface Entry {
  /** Where its name stands: `queues` under `rabbitmq`. */
  readonly block: string;
  readonly name: string;
  readonly value: JsonObject;
  /** Keys of the found objects that it says, its own first. */
  readonly says: readonly string[];
  /** What a reader should know of it. */
  readonly comments: readonly string[];
}

/** An object that no file will say, and why. */
export interface Unsaid {
  readonly object: PlanObject;
  /** A full sentence. */
  readonly reason: string;
  /** Key of what it is written beside, where that is not its own vhost or cluster. */
  readonly beside?: string;
  /** Keys of further objects that the reason speaks of too; those have none of their own. */
  readonly alsoKeys?: readonly string[];
}

/** Everything of one vhost, of one Kafka cluster, or of one Redis. */
export interface Part {
  readonly broker: "rabbitmq" | "kafka" | "redis";
  readonly cluster: string;
  /** RabbitMQ only. */
  readonly vhost?: string;
  /** major.minor, where it is known. */
  readonly version?: string;
  /** The beginning of the keys of all that is in it. */
  readonly place: string;
  readonly entries: readonly Entry[];
  readonly unsaid: readonly Unsaid[];
  /** In place of found objects: as far as they are said, and with what no broker knows of them. */
  readonly asSaid?: readonly PlanObject[];
}
