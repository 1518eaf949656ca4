import type { Environment } from "../../environment/environment.ts";
import { canonicalJson, exchangeKey, queueKey } from "../../kinds/key.ts";
import type { PermissionSpec } from "../../kinds/rabbitmq-permission/definition.ts";
import { nothing } from "../../kinds/rabbitmq-permission/covers.ts";
import { listedNames } from "../../kinds/rabbitmq-policy/matching.ts";
import {
  topicPermissionKey,
  type TopicPermissionSpec,
} from "../../kinds/rabbitmq-topic-permission/definition.ts";
import type { RabbitmqUserSpec } from "../../kinds/rabbitmq-user/definition.ts";
import { defaultExchange, isKnownToBroker } from "../../patterns/apps/rabbitmq-roles.ts";
import { replyQueueOf, type RequestReplyValue } from "../../patterns/request-reply.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Json, JsonObject } from "../../topology/json.ts";
import { objectsOf, shapeProblem } from "./compiled.ts";
import type { Entry, Part } from "./entry.ts";
import { appOf } from "./managed.ts";
import { sectionOf } from "./section.ts";

/** All that a user has in a vhost. */
export interface Rights {
  readonly login: string;
  /** Missing where it is not among what was found. */
  readonly user?: PlanObject | undefined;
  readonly permission?: PlanObject | undefined;
  readonly topics?: PlanObject | undefined;
}

/** Says the rights of a user as what an application publishes and consumes; undefined where that would give other ones. */
export function appEntry(
  part: Part,
  { login, user, permission, topics }: Rights,
  environment: Environment,
  byKey: ReadonlyMap<string, PlanObject>,
): Entry | undefined {
  if (!user || !permission) return undefined;
  const { cluster, vhost = "/" } = part;
  const { configure, write, read } = permission.spec as PermissionSpec;
  const { tags, password } = user.spec as RabbitmqUserSpec;
  const app = appOf(environment.clusters.rabbitmq.get(cluster)?.principal, login);
  const made = [configure, write, read].map(namesIn);
  const [configured, written, consumed] = made;
  if (app === undefined || tags.length > 0 || !configured || !written || !consumed) return undefined;
  const isExchange = (name: string): boolean =>
    isKnownToBroker(name) || byKey.has(exchangeKey(cluster, vhost, name));
  const isQueue = (name: string): boolean => byKey.has(queueKey(cluster, vhost, name));
  const keys = keysOf(topics?.spec as TopicPermissionSpec | undefined);
  const mentioned = new Set(made.flatMap((names) => names ?? []));
  const around = part.entries.filter(({ name }) => mentioned.has(name));
  const implied = impliedFor(app, around);
  const publishes = (names: readonly string[]): JsonObject =>
    list(
      "publishes",
      names
        .filter((name) => !implied.has(name))
        .map((exchange) => (keys.has(exchange) ? { exchange, keys: keys.get(exchange)! } : exchange)),
    );
  const consumes = (names: readonly string[]): JsonObject =>
    list(
      "consumes",
      names.filter((name) => !implied.has(name)),
    );
  const passive = { password, ...publishes(written), ...consumes(consumed) };
  const active = (more: readonly string[]): JsonObject => ({
    password,
    ...publishes([...configured.filter((name) => !isQueue(name)), ...more]),
    ...consumes(configured.filter(isQueue)),
    declares: "active",
  });
  const candidates: JsonObject[] = [
    ...(written.every(isExchange) && consumed.every(isQueue) ? [passive] : []),
    // What the broker brings is never declared. It may be written to for the sake of dead letters, too.
    ...(configured.every((name) => isQueue(name) || isExchange(name))
      ? [active(written.filter(isKnownToBroker)), active([])]
      : []),
  ];
  const said = new Map([
    [user.key, user],
    [permission.key, permission],
    [topicPermissionKey(cluster, vhost, login), topics],
  ]);
  const value = candidates.find((candidate) => {
    const entry: Entry = { block: "apps", name: app, value: candidate, says: [], comments: [] };
    if (shapeProblem(sectionOf(part, [entry])) !== undefined) return false;
    const objects = objectsOf(sectionOf(part, [...around, entry]), environment);
    return [...said].every(([key, found]) => {
      const one = objects.find((object) => object.key === key);
      return canonicalJson(one?.spec ?? null) === canonicalJson(found?.spec ?? null);
    });
  });
  const says = [...said].flatMap(([key, found]) => (found ? [key] : []));
  return value && { block: "apps", name: app, value, says, comments: [] };
}

/** What an application publishes to and consumes because it asks or answers. */
function impliedFor(app: string, entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ block, name, value }) => {
      if (block !== "requestReply") return [];
      const { responder, requesters } = value as unknown as RequestReplyValue;
      return [
        ...(responder === app ? [name, defaultExchange] : []),
        ...(requesters.includes(app) ? [name, replyQueueOf(name, app)] : []),
      ];
    }),
  );
}

const list = (word: string, names: readonly Json[]): JsonObject =>
  names.length > 0 ? { [word]: [...names] } : {};

/** The names that an expression allows; undefined where it is no list of names. */
const namesIn = (expression: string): string[] | undefined =>
  expression === nothing ? [] : listedNames(expression);

/** The routing keys that a user is held to, by exchange, where they are literal. */
function keysOf(topics: TopicPermissionSpec | undefined): Map<string, string[]> {
  return new Map(
    (topics?.rights ?? []).flatMap(({ exchange, write }) => {
      const keys = listedNames(write);
      return keys ? [[exchange, keys] as const] : [];
    }),
  );
}
