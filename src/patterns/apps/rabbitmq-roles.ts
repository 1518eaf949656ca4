import { isBuiltInExchange } from "../../kinds/rabbitmq-exchange/definition.ts";
import { type Declaration, namedValues, textOf, type TopologyFile } from "../../topology/file.ts";
import { type Mark, markOf } from "../../topology/mark.ts";
import type { QueueWithOperations } from "../queue-operations.ts";
import type { RequestReplyValue } from "../request-reply.ts";
import type { Said } from "./said.ts";

/** An exchange that an application publishes to, and the keys it may use there. */
export interface PublishValue {
  readonly exchange: string;
  readonly keys?: readonly string[];
}

/** What people write of one application. */
export interface RabbitmqAppValue {
  readonly for?: string;
  readonly password?: string;
  readonly publishes?: readonly (string | PublishValue)[];
  readonly consumes?: readonly string[];
  readonly declares?: "passive" | "active";
}

export interface Publishing extends PublishValue {
  readonly mark: Mark;
}

export interface Consuming {
  readonly queue: string;
  readonly mark: Mark;
}

/** What one application does in one vhost, from all that the files say of it. */
export interface RabbitmqRole {
  readonly app: string;
  readonly cluster: string;
  readonly vhost: string;
  readonly file: TopologyFile;
  readonly mark: Mark;
  readonly publishes: Publishing[];
  readonly consumes: Consuming[];
  /** Requests that it answers, each with a message through the default exchange. */
  readonly answers: Consuming[];
  readonly passwords: Said<string>[];
  declares: "passive" | "active";
}

/** How permission checks call the default exchange, whose own name is empty. */
export const defaultExchange = "amq.default";

export const isKnownToBroker = (exchange: string): boolean =>
  exchange === defaultExchange || isBuiltInExchange(exchange);

/**
 * Who does what: from `apps`, from who consumes a queue, and from who asks and who answers. `declarations` are those with
 * all patterns expanded.
 */
export function rabbitmqRoles(
  files: readonly TopologyFile[],
  declarations: readonly Declaration[],
): RabbitmqRole[] {
  const roles = new Map<string, RabbitmqRole>();
  const roleOf = (
    app: string,
    cluster: string,
    vhost: string,
    file: TopologyFile,
    mark: Mark,
  ): RabbitmqRole => {
    const id = JSON.stringify([cluster, vhost, app]);
    const role = roles.get(id) ?? {
      app,
      cluster,
      vhost,
      file,
      mark,
      publishes: [],
      consumes: [],
      answers: [],
      passwords: [],
      declares: "passive",
    };
    roles.set(id, role);
    return role;
  };
  const requests = new Set<string>();
  for (const file of files) {
    const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
    const vhost = textOf(file, ["rabbitmq", "vhost"], "/");
    for (const { name: app, value, mark } of namedValues(file, "rabbitmq", "apps")) {
      addApp(roleOf(app, cluster, vhost, file, mark), value as RabbitmqAppValue, mark);
    }
    for (const { name, value, mark } of namedValues(file, "rabbitmq", "requestReply")) {
      requests.add(JSON.stringify([cluster, vhost, name]));
      const { requesters } = value as unknown as RequestReplyValue;
      for (const [index, app] of requesters.entries()) {
        const at = markOf(requesters, index) ?? mark;
        roleOf(app, cluster, vhost, file, at).publishes.push({ exchange: name, mark: at });
      }
    }
  }
  for (const { kind, cluster, vhost, name, value, file, mark } of declarations) {
    if (kind !== "rabbitmq-queue") continue;
    const { consumers } = value as QueueWithOperations;
    if (consumers?.app === undefined) continue;
    const at = markOf(consumers, "app") ?? mark;
    roleOf(consumers.app, cluster, vhost!, file, at).consumes.push({ queue: name, mark: at });
  }
  for (const { cluster, vhost, consumes, answers } of roles.values())
    answers.push(...consumes.filter(({ queue }) => requests.has(JSON.stringify([cluster, vhost, queue]))));
  return [...roles.values()];
}

function addApp(role: RabbitmqRole, value: RabbitmqAppValue, mark: Mark): void {
  const { publishes = [], consumes = [], declares, password } = value;
  for (const [index, one] of publishes.entries()) {
    const at = markOf(publishes, index) ?? mark;
    role.publishes.push(typeof one === "string" ? { exchange: one, mark: at } : { ...one, mark: at });
  }
  for (const [index, queue] of consumes.entries())
    role.consumes.push({ queue, mark: markOf(consumes, index) ?? mark });
  if (declares === "active") role.declares = "active";
  if (password !== undefined)
    role.passwords.push({ value: password, mark: markOf(value, "password") ?? mark });
}
