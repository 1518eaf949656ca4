import type { Environment } from "../../environment/environment.ts";
import { canonicalJson, exchangeKey, queueKey, userKey } from "../../kinds/key.ts";
import { listedNames } from "../../kinds/rabbitmq-policy/matching.ts";
import type { PermissionSpec } from "../../kinds/rabbitmq-permission/definition.ts";
import type { RabbitmqUserSpec } from "../../kinds/rabbitmq-user/definition.ts";
import { defaultExchange } from "../../patterns/apps/rabbitmq-roles.ts";
import { replyQueueOf } from "../../patterns/request-reply.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import { objectsOf } from "./compiled.ts";
import type { Entry, Part } from "./entry.ts";
import { appOf } from "./managed.ts";
import type { Settings } from "./settings.ts";
import { headOf, type Vhost } from "./view.ts";

/** A question, as the rights of applications tell: who may answer it, and who may ask. */
export interface Request {
  readonly name: string;
  readonly responder: string;
  readonly requesters: readonly string[];
}

/**
 * Finds exchanges with a queue of the same name that one application reads, which may also answer through the default
 * exchange, and that others publish to. Without rights nobody can tell questions from any other work.
 */
export function requestsIn(
  inVhost: readonly PlanObject[],
  objects: readonly PlanObject[],
  { cluster, name: vhost }: Pick<Vhost, "cluster" | "name">,
  environment: Environment,
): Request[] {
  const byKey = new Map(objects.map((object) => [object.key, object]));
  const principal = environment.clusters.rabbitmq.get(cluster)?.principal;
  const apps = inVhost.flatMap(({ kind, spec }) => {
    if (kind !== "rabbitmq-permission") return [];
    const { user, write, read } = spec as PermissionSpec;
    const known = byKey.get(userKey("rabbitmq", cluster, user))?.spec as RabbitmqUserSpec | undefined;
    const app = appOf(principal, user);
    if (app === undefined || known?.tags.length !== 0) return [];
    return [{ app, writes: new Set(listedNames(write)), reads: new Set(listedNames(read)) }];
  });
  return inVhost.flatMap(({ kind, spec }): Request[] => {
    const name = String(spec["name"]);
    if (kind !== "rabbitmq-queue" || !byKey.has(exchangeKey(cluster, vhost, name))) return [];
    const [answering, ...others] = apps.filter(({ reads }) => reads.has(name));
    if (!answering?.writes.has(defaultExchange) || others.length > 0) return [];
    const requesters = apps
      .filter((one) => one !== answering && one.writes.has(name))
      .map(({ app }) => app)
      .toSorted();
    return requesters.length > 0 ? [{ name, responder: answering.app, requesters }] : [];
  });
}

/** Writes a part with those requests whose applications turn out to have the rights that follow from them, and no others. */
export function withRequests(
  requests: readonly Request[],
  write: (requests: readonly Request[]) => Part,
): Part {
  const part = write(requests);
  const apps = new Set(part.entries.filter(({ block }) => block === "apps").map(({ name }) => name));
  const kept = requests.filter(({ responder, requesters }) =>
    [responder, ...requesters].every((app) => apps.has(app)),
  );
  return kept.length === requests.length ? part : withRequests(kept, write);
}

/** What `requestReply` would make of a request, if all of that is there and nothing else is bound to it. */
export function requestEntry(
  { name, responder, requesters }: Request,
  vhost: Vhost,
  { values, said }: Settings,
): Entry | undefined {
  const replies = requesters.map((app) => replyQueueOf(name, app)).filter((queue) => vhost.queues.has(queue));
  if (replies.length > 0 && replies.length < requesters.length) return undefined;
  const timeout = values.get(name)?.["ttl"];
  if (timeout === undefined) return undefined;
  const queues = [name, ...replies];
  const words = canonicalJson({ type: "classic", ttl: timeout });
  if (queues.some((queue) => canonicalJson(values.get(queue)) !== words)) return undefined;
  const value: JsonObject = {
    responder,
    requesters: [...requesters],
    timeout,
    ...(replies.length > 0 && { replies: "queue" }),
  };
  const made = objectsOf({ rabbitmq: { ...headOf(vhost), requestReply: { [name]: value } } }).filter(
    // Queues with the same lifetime share a policy, which is looked at for all of them together.
    ({ kind }) => kind !== "rabbitmq-policy",
  );
  const keys = new Set(made.map(({ key }) => key));
  const isThere = made.every(
    ({ key, spec }) => canonicalJson(vhost.byKey.get(key)?.spec ?? null) === canonicalJson(spec),
  );
  const { cluster, name: inVhost } = vhost;
  const ends = [
    exchangeKey(cluster, inVhost, name),
    ...queues.map((queue) => queueKey(cluster, inVhost, queue)),
  ];
  const around = [...(vhost.from.get(name) ?? []), ...ends.flatMap((key) => vhost.to.get(key) ?? [])];
  if (!isThere || around.some(({ key }) => !keys.has(key))) return undefined;
  const policies = queues.flatMap((queue) => said.get(queue) ?? []);
  return { block: "requestReply", name, value, says: [...keys, ...policies], comments: [] };
}
