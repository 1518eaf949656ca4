import { userKey } from "../../kinds/key.ts";
import { type PermissionSpec, permissionKey } from "../../kinds/rabbitmq-permission/definition.ts";
import {
  topicPermissionKey,
  type TopicPermissionSpec,
} from "../../kinds/rabbitmq-topic-permission/definition.ts";
import type { RabbitmqUserSpec } from "../../kinds/rabbitmq-user/definition.ts";
import type { Environment } from "../../environment/environment.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { clusterPlace } from "../found.ts";
import { shapeProblem } from "./compiled.ts";
import type { Entry, Part, Unsaid } from "./entry.ts";
import { appEntry, type Rights } from "./rabbitmq-apps.ts";
import { sectionOf } from "./section.ts";

/**
 * Says the rights of users as what applications publish and consume, where that gives exactly the same ones, and as the
 * broker knows them otherwise: what `.*` allows is no list of exchanges and queues.
 */
export function withRabbitmqAccess(
  part: Part,
  objects: readonly PlanObject[],
  environment: Environment,
): Part {
  const { cluster, vhost = "/" } = part;
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const logins = objects
    .filter(({ kind, spec }) => isRight.has(kind) && spec["vhost"] === vhost)
    .map(({ spec }) => String(spec["user"]));
  const entries: Entry[] = [];
  const unsaid: Unsaid[] = [];
  for (const login of new Set(logins)) {
    const rights: Rights = {
      login,
      user: byKey.get(userKey("rabbitmq", cluster, login)),
      permission: byKey.get(permissionKey(cluster, vhost, login)),
      topics: byKey.get(topicPermissionKey(cluster, vhost, login)),
    };
    const entry = appEntry(part, rights, environment, byKey) ?? userEntry(rights);
    const problem = shapeProblem(sectionOf(part, [entry]));
    if (problem === undefined) entries.push(entry);
    else
      for (const object of [rights.permission, rights.topics])
        if (object)
          unsaid.push({
            object,
            reason: `What "${login}" may do in the vhost "${vhost}" has no word here: ${problem}`,
            beside: part.place,
          });
  }
  return { ...part, entries: [...part.entries, ...entries], unsaid: [...part.unsaid, ...unsaid] };
}

const isRight = new Set(["rabbitmq-permission", "rabbitmq-topic-permission"]);

function userEntry({ login, user, permission, topics }: Rights): Entry {
  const value: JsonObject = {};
  if (user) {
    const { password, tags } = user.spec as RabbitmqUserSpec;
    Object.assign(value, { password, ...(tags.length > 0 && { tags }) });
  }
  if (permission) {
    const { configure, write, read } = permission.spec as PermissionSpec;
    value["permissions"] = { configure, write, read };
  }
  if (topics) {
    const { rights } = topics.spec as TopicPermissionSpec;
    value["topicPermissions"] = Object.fromEntries(
      rights.map(({ exchange, write, read }) => [exchange, { write, read }]),
    );
  }
  const says = [user, permission, topics].flatMap((object) => (object ? [object.key] : []));
  return { block: "users", name: login, value, says, comments: [] };
}

/**
 * A user of several vhosts logs in with one password: said once, where it is an application if it is one anywhere, because
 * without it no rights of applications are made. Users of no vhost stand in the first file of their cluster.
 */
export function withUsersOnce(parts: readonly Part[], objects: readonly PlanObject[]): Part[] {
  const users = objects.filter(({ kind }) => kind === "rabbitmq-user");
  const left = new Map(users.map((user) => [user.key, user]));
  const sayers = Map.groupBy(
    parts.flatMap(({ entries }) => entries),
    ({ says }) => says.find((key) => left.has(key)),
  );
  const extra = new Map<Entry, string>();
  for (const [key, entries] of sayers) {
    if (key === undefined) continue;
    left.delete(key);
    const first = entries.find(({ block }) => block === "apps") ?? entries[0];
    for (const entry of entries) if (entry !== first) extra.set(entry, key);
  }
  const once = parts.map((part) => ({
    ...part,
    entries: part.entries.map((entry) => {
      const key = extra.get(entry);
      if (key === undefined) return entry;
      const { password: _password, tags: _tags, ...value } = entry.value;
      return { ...entry, value, says: entry.says.filter((said) => said !== key) };
    }),
  }));
  if (left.size === 0) return once;
  const { cluster } = users[0]!;
  const place = clusterPlace("rabbitmq", cluster);
  const [first = { broker: "rabbitmq", cluster, place, entries: [], unsaid: [] }, ...others] = once;
  const rest = [...left.values()].map((user) => {
    const entry = userEntry({ login: String(user.spec["name"]), user });
    return { user, entry, problem: shapeProblem(sectionOf(first, [entry])) };
  });
  const added: Part = {
    ...first,
    entries: [
      ...first.entries,
      ...rest.flatMap(({ entry, problem }) => (problem === undefined ? [entry] : [])),
    ],
    unsaid: [
      ...first.unsaid,
      ...rest.flatMap(({ user, entry, problem }): Unsaid[] =>
        problem === undefined
          ? []
          : [
              {
                object: user,
                reason: `The user "${entry.name}" has no word here: ${problem}`,
                beside: place,
              },
            ],
      ),
    ],
  };
  return [added, ...others];
}
