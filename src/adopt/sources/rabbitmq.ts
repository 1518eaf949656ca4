import type { VhostDefinitions, VhostInfo, VhostLimits } from "../../brokers/rabbitmq-definitions.ts";
import type { PermissionInfo, TopicPermissionInfo } from "../../brokers/rabbitmq-access.ts";
import { permissionKey } from "../../kinds/rabbitmq-permission/definition.ts";
import { topicPermissionKey, type TopicRight } from "../../kinds/rabbitmq-topic-permission/definition.ts";
import { canonicalJson, userKey } from "../../kinds/key.ts";
import type { VhostState } from "../../kinds/live.ts";
import { rabbitmqFacets } from "../../live/rabbitmq.ts";
import type { PlanObject } from "../../plan/plan.ts";
import type { JsonObject } from "../../topology/json.ts";
import type { Mark } from "../../topology/mark.ts";
import { clusterPlace, type Found, type Note, originOf, passwordReference, placeOf } from "../found.ts";

/** Where something was read: in a file, or on a broker by this name. */
export type Place = Mark | string;

const shownPlace = (place: Place): string => (typeof place === "string" ? place : placeOf(originOf(place)));

/**
 * Gathers what one RabbitMQ cluster has, whatever format told it. The kinds' own live facets make the specs, so that an
 * object has the same one whether it comes from a file or from the broker.
 */
export class RabbitmqCollector {
  readonly cluster: string;
  private readonly objects = new Map<string, PlanObject>();
  private readonly notes: Note[] = [];
  private readonly topicRights = new Map<string, TopicRight[]>();
  private version?: string;

  constructor(cluster: string) {
    this.cluster = cluster;
  }

  note(about: string, text: string, place: Place): void {
    this.notes.push({ about, text, place: shownPlace(place) });
  }

  /** "3.12.14" or nothing. */
  runs(version: string | undefined): void {
    const known = /^[0-9]+\.[0-9]+/.exec(version ?? "")?.[0];
    if (known !== undefined) this.version = known;
  }

  /** Whether a broker said all of this itself: then it said of what version it is. */
  get isExport(): boolean {
    return this.version !== undefined;
  }

  vhost(info: VhostInfo, limits: VhostLimits, defaultQueueType: string, place: Place): void {
    this.observe("rabbitmq-vhost", { info, limits, definitions: {}, defaultQueueType }, place);
  }

  /** One exchange, queue, binding or policy. False when it is something that the broker or a client made for itself. */
  add(kind: string, vhost: string, definitions: VhostDefinitions, place: Place): boolean {
    const info = { name: vhost };
    return this.observe(kind, { info, limits: {}, definitions, defaultQueueType: "classic" }, place);
  }

  user(name: string, tags: readonly string[], place: Place): void {
    const spec = { name, tags: [...tags], password: passwordReference(name) };
    this.keep("rabbitmq-user", userKey("rabbitmq", this.cluster, name), spec, place);
  }

  permission({ user, vhost, configure, write, read }: PermissionInfo, place: Place): void {
    const spec = { user, vhost, configure, write, read };
    this.keep("rabbitmq-permission", permissionKey(this.cluster, vhost, user), spec, place);
  }

  topicPermission({ user, vhost, exchange, write, read }: TopicPermissionInfo, place: Place): void {
    const key = topicPermissionKey(this.cluster, vhost, user);
    const rights = this.topicRights.get(key) ?? [];
    const known = rights.find((right) => right.exchange === exchange);
    if (known) {
      if (known.write !== write || known.read !== read) this.twice(key, place);
      return;
    }
    rights.push({ exchange, write, read });
    rights.sort((a, b) => (a.exchange < b.exchange ? -1 : 1));
    // The broker keeps them one by one; here all of a user's in a vhost are one object.
    if (rights.length === 1) this.keep("rabbitmq-topic-permission", key, { user, vhost, rights }, place);
    this.topicRights.set(key, rights);
  }

  found(): Found {
    const place = clusterPlace("rabbitmq", this.cluster);
    return {
      objects: [...this.objects.values()],
      notes: this.notes,
      versions: new Map(this.version === undefined ? [] : [[place, this.version]]),
    };
  }

  private observe(kind: string, state: VhostState, place: Place): boolean {
    const observed = rabbitmqFacets.get(kind)?.observe(state, this.cluster, () => undefined) ?? [];
    for (const { key, spec } of observed) this.keep(kind, key, spec, place);
    return observed.length > 0;
  }

  private twice(key: string, place: Place): void {
    this.note(key, `${key} stands in the source twice, and not the same. The first one was taken.`, place);
  }

  private keep(kind: string, key: string, spec: JsonObject, place: Place): void {
    const known = this.objects.get(key);
    if (known) {
      if (canonicalJson(known.spec) !== canonicalJson(spec)) this.twice(key, place);
      return;
    }
    const origin = typeof place === "string" ? {} : { origin: originOf(place) };
    this.objects.set(key, { kind, key, cluster: this.cluster, spec, dependsOn: [], ...origin });
  }
}
