import type { Environment } from "../../environment/environment.ts";
import { canonicalJson, exchangeKey, queueKey, userKey } from "../../kinds/key.ts";
import { type PermissionSpec, permissionKey } from "../../kinds/rabbitmq-permission/definition.ts";
import { nothing } from "../../kinds/rabbitmq-permission/covers.ts";
import { listedNames } from "../../kinds/rabbitmq-policy/matching.ts";
import {
  topicPermissionKey,
  type TopicPermissionSpec,
} from "../../kinds/rabbitmq-topic-permission/definition.ts";
import type { RabbitmqUserSpec } from "../../kinds/rabbitmq-user/definition.ts";
import { isKnownToBroker } from "../../patterns/apps/rabbitmq-roles.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { Json, JsonObject } from "../../topology/json.ts";
import { objectsOf, shapeProblem } from "./compiled.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { appOf } from "./managed.ts";
import { sectionOf } from "./section.ts";

/**
 * Says the permissions of users as what applications publish and consume, where that gives exactly the same ones. The others
 * are listed: what `.*` allows is no list of exchanges and queues.
 */
export function withRabbitmqApps(part: Part, objects: readonly PlanObject[], environment: Environment): Part {
  const { cluster, vhost = "/" } = part;
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const entries: Entry[] = [];
  const unsaid: Unsaid[] = [];
  for (const object of objects) {
    if (object.kind !== "rabbitmq-permission" || object.spec["vhost"] !== vhost) continue;
    const spec = object.spec as PermissionSpec;
    const user = byKey.get(userKey("rabbitmq", cluster, spec.user));
    const topics = byKey.get(topicPermissionKey(cluster, vhost, spec.user));
    const entry = user && appEntry(part, spec, user, topics, environment, byKey);
    if (entry) entries.push(entry);
    else {
      const { configure, write, read } = spec;
      unsaid.push({
        object,
        reason: `What "${spec.user}" may do in the vhost "${vhost}" (configure "${configure}", write "${write}", read "${read}") is no list of exchanges to publish to and queues to consume.`,
        beside: part.place,
      });
    }
  }
  return { ...part, entries: [...part.entries, ...entries], unsaid: [...part.unsaid, ...unsaid] };
}

function appEntry(
  part: Part,
  { configure, write, read, user: login }: PermissionSpec,
  user: PlanObject,
  topics: PlanObject | undefined,
  environment: Environment,
  byKey: ReadonlyMap<string, PlanObject>,
): Entry | undefined {
  const { cluster, vhost = "/" } = part;
  const { tags, password } = user.spec as RabbitmqUserSpec;
  const app = appOf(environment.clusters.rabbitmq.get(cluster)?.principal, login);
  const made = [configure, write, read].map(namesIn);
  const [configured, written, consumed] = made;
  if (app === undefined || tags.length > 0 || !configured || !written || !consumed) return undefined;
  const isExchange = (name: string): boolean =>
    isKnownToBroker(name) || byKey.has(exchangeKey(cluster, vhost, name));
  const isQueue = (name: string): boolean => byKey.has(queueKey(cluster, vhost, name));
  const keys = keysOf(topics?.spec as TopicPermissionSpec | undefined);
  const published = (names: readonly string[]): Json[] =>
    names.map((exchange) => (keys.has(exchange) ? { exchange, keys: keys.get(exchange)! } : exchange));
  const passive = { password, ...list("publishes", published(written)), ...list("consumes", consumed) };
  const active = {
    password,
    ...list("publishes", published(configured.filter((name) => !isQueue(name)))),
    ...list("consumes", configured.filter(isQueue)),
    declares: "active",
  };
  const candidates: JsonObject[] = [
    ...(written.every(isExchange) && consumed.every(isQueue) ? [passive] : []),
    ...(configured.every((name) => isQueue(name) || isExchange(name)) ? [active] : []),
  ];
  const said = new Map([
    [user.key, user],
    [permissionKey(cluster, vhost, login), byKey.get(permissionKey(cluster, vhost, login))],
    [topicPermissionKey(cluster, vhost, login), topics],
  ]);
  const mentioned = new Set(made.flatMap((names) => names ?? []));
  const around = part.entries.filter(({ name }) => mentioned.has(name));
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
