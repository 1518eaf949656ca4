import type { Declaration } from "../topology/file.ts";
import { isObject, type JsonObject } from "../topology/json.ts";
import { recordEntry, writtenMark } from "../topology/mark.ts";
import { durationToMilliseconds, sizeToBytes } from "../topology/units.ts";
import { canonicalJson, digest, policyKey } from "../kinds/key.ts";
import {
  kind as policyKind,
  type PolicySpec,
  type PolicyValue,
} from "../kinds/rabbitmq-policy/definition.ts";
import { listNames, PolicyMatcher } from "../kinds/rabbitmq-policy/matching.ts";
import { queueTypeOf } from "../kinds/rabbitmq-queue/definition.ts";
import { settingWords } from "../kinds/rabbitmq-queue/words.ts";
import type { DeadLetterValue } from "./dead-letter.ts";
import type { Pattern } from "./pattern.ts";
import type { QueueWithBehaviour } from "./queue-behaviour.ts";
import { type QueueWithRetry, retriesAtLeastOnce } from "./retry/value.ts";

/** Every policy that Queueform makes carries this mark, so that it can tell its own from those of people. */
export const generatedPolicyPrefix = "queueform-";

/** A policy lists at most this many names: every queue is matched against every pattern, so neither many nor long ones. */
const longestList = 100;

export type QueueWithSettings = QueueWithRetry & QueueWithBehaviour;

type QueueDeclaration = Declaration<QueueWithSettings>;

/**
 * Limits, lifetimes and a hand-picked dead-letter exchange go to policies, which can change on a living queue, never to
 * arguments, which can't. Queues with equal settings share a policy.
 *
 * The name of such a policy is a digest of all it says. A queue that moves from one group to another is therefore matched
 * by new policies before the old ones are deleted: there is no moment without one, with either engine.
 */
export const pattern: Pattern = {
  id: "queue-settings",
  expand: (declarations) => {
    const vhosts = new Map<string, { queues: QueueDeclaration[]; policies: PolicySpec[] }>();
    for (const declaration of declarations) {
      const isQueue = declaration.kind === "rabbitmq-queue";
      if (!isQueue && declaration.kind !== "rabbitmq-policy") continue;
      const id = JSON.stringify([declaration.cluster, declaration.vhost]);
      let vhost = vhosts.get(id);
      if (!vhost) vhosts.set(id, (vhost = { queues: [], policies: [] }));
      if (isQueue) vhost.queues.push(declaration as QueueDeclaration);
      else vhost.policies.push(policyKind.compile(declaration as Declaration<PolicyValue>) as PolicySpec);
    }
    return [
      ...declarations,
      ...[...vhosts.values()].flatMap(({ queues, policies }) => policiesFor(queues, policies)),
    ];
  },
};

/** The policy keys that the words of a queue ask for; {} when it asks for none. */
export function settingsOf(value: QueueWithSettings): JsonObject {
  const { limit, ttl, expires, deliveryLimit, deadLetter, maxAge } = value;
  const own: DeadLetterValue = isObject(deadLetter) && deadLetter["in"] !== "arguments" ? deadLetter : {};
  return {
    ...(limit?.messages !== undefined && { "max-length": limit.messages }),
    ...(limit?.bytes !== undefined && { "max-length-bytes": sizeToBytes(limit.bytes) }),
    ...(limit?.overflow !== undefined && { overflow: limit.overflow }),
    ...(ttl !== undefined && { "message-ttl": durationToMilliseconds(ttl) }),
    ...(expires !== undefined && { expires: durationToMilliseconds(expires) }),
    ...(deliveryLimit !== undefined && { "delivery-limit": deliveryLimit }),
    // RabbitMQ's days have a capital letter; the other units are ours.
    ...(maxAge !== undefined && { "max-age": maxAge.replace("d", "D") }),
    ...(retriesAtLeastOnce(value) && {
      "dead-letter-strategy": "at-least-once",
      overflow: "reject-publish",
    }),
    ...(own.exchange !== undefined && { "dead-letter-exchange": own.exchange }),
    ...(own.exchange !== undefined && own.key !== undefined && { "dead-letter-routing-key": own.key }),
  };
}

function policiesFor(queues: QueueDeclaration[], declared: PolicySpec[]): Declaration<PolicyValue>[] {
  const matcher = new PolicyMatcher(declared);
  const groups = new Map<string, { value: Omit<PolicyValue, "pattern">; members: QueueDeclaration[] }>();
  for (const queue of queues) {
    const settings = settingsOf(queue.value);
    if (Object.keys(settings).length === 0) continue;
    // Only one policy applies to a queue, so ours must also say what the declared one says.
    const winner = matcher.matching({
      vhost: queue.vhost!,
      name: queue.name,
      type: queueTypeOf(queue.value),
    })[0];
    const value = {
      applyTo: "queues" as const,
      priority: (winner?.priority ?? 0) + 1,
      definition: { ...winner?.definition, ...settings },
    };
    const id = canonicalJson(value);
    const group = groups.get(id);
    if (group) {
      group.members.push(queue);
      continue;
    }
    for (const setting of Object.keys(settings)) recordOrigin(value.definition, setting, queue);
    groups.set(id, { value, members: [queue] });
  }
  return [...groups.values()].flatMap(({ value, members }) =>
    chunks(members.toSorted((a, b) => (a.name < b.name ? -1 : 1))).map((chunk) => {
      const first = chunk[0]!;
      const complete: PolicyValue = { ...value, pattern: listNames(chunk.map((queue) => queue.name)) };
      const name = generatedPolicyPrefix + digest(complete);
      return {
        file: first.file,
        kind: "rabbitmq-policy",
        key: policyKey(first.cluster, first.vhost!, name),
        cluster: first.cluster,
        vhost: first.vhost!,
        name,
        value: complete,
        mark: first.mark,
        addedBy: "queue-settings",
      };
    }),
  );
}

/** What a policy says was written at its queues: the first of them stands for all. */
function recordOrigin(definition: JsonObject, setting: string, { value }: QueueDeclaration): void {
  for (const word of settingWords[setting] ?? []) {
    const mark = writtenMark(value, word);
    if (mark) return recordEntry(definition, setting, { value: mark });
  }
}

/**
 * Splits a sorted group where a name's own digest says so, rather than after every so many: one more queue then changes
 * one policy, not all that come after it in the alphabet.
 */
function chunks(members: QueueDeclaration[]): QueueDeclaration[][] {
  const result: QueueDeclaration[][] = [];
  let open: QueueDeclaration[] = [];
  for (const member of members) {
    open.push(member);
    const boundary =
      open.length >= longestList || (open.length >= longestList / 4 && digest(member.name).startsWith("0"));
    if (!boundary) continue;
    result.push(open);
    open = [];
  }
  if (open.length > 0) result.push(open);
  return result;
}
