import { queueKey } from "../../kinds/key.ts";
import { queueArguments } from "../../kinds/rabbitmq-queue/arguments.ts";
import type { PlanObject } from "../../plan/plan.ts";
import { isObject } from "../../topology/json.ts";
import type { Change, FieldChange, Step } from "../changes.ts";
import {
  deleting,
  deletion,
  inVhost,
  listed,
  nameOf,
  nextName,
  placeOf,
  type Sides,
  type WayOut,
} from "./words.ts";

/** A queue that can't stay what it is: another one takes over, and the old one is drained. */
export const queueWayOut: WayOut = (change, sides) => {
  const { before, after, fields } = change;
  if (!before) return undefined;
  if (change.effect === "in-place") return lowered(change);
  const owner = ownerOf(before, sides);
  if (owner) return [{ text: `It comes and goes with queue "${nameOf(owner)}": take that one's way out.` }];
  if (before.addedBy !== undefined) return [drain([before]), deletion(quoted([before]), [before.key], sides)];
  const successor = after ?? sides.after.get(change.renamed ?? "");
  if (!successor?.written) return abandoned(before, sides);
  const byPolicy = after && policyWords(fields, before.written);
  if (byPolicy) {
    return [
      {
        text: `Leave the arguments of queue "${nameOf(before)}" as they are and write ${listed(Object.keys(byPolicy).map((word) => `"${word}"`))} instead: that goes to a policy, which changes on the living queue.`,
        yaml: inVhost(before, { queues: { [nameOf(before)]: byPolicy } }),
      },
    ];
  }
  return takenOver(before, successor, sides);
};

function takenOver(before: PlanObject, successor: PlanObject, sides: Sides): Step[] {
  const old = nameOf(before);
  const { bind, ...settings } = successor.written ?? {};
  const isTaken = (name: string): boolean => {
    const key = queueKey(before.cluster, String(before.spec["vhost"]), name);
    return sides.before.has(key) || sides.after.has(key);
  };
  const name = successor.key === before.key ? nextName(old, isTaken) : nameOf(successor);
  const bindings = (sides.bindings.get(before.key) ?? []).filter(({ addedBy }) => addedBy === undefined);
  const consumers = before.operations?.["consumers"];
  const app = isObject(consumers) && typeof consumers["app"] === "string" ? ` (${consumers["app"]})` : "";
  const isFed = Array.isArray(bind) && bind.length > 0;
  const direct = `Where the direct engine is in charge: queueform apply --env ${sides.environment} ${deleting(bindings.map(({ key }) => key))}`;
  return [
    {
      text: `Add queue "${name}" beside "${old}", with the settings that "${old}" was to get and without bindings: nothing comes to it yet.`,
      yaml: inVhost(before, { queues: { [name]: settings } }),
    },
    {
      text: `Let the consumers of "${old}"${app} consume "${name}" as well; where the order of messages matters, not before "${old}" is empty. Where users are made from the files (access: managed), add it to what they consume.`,
    },
    isFed
      ? {
          text: `Move the bindings from "${old}" to "${name}": new messages go there, and what is in "${old}" stays for its consumers.${bindings.length > 0 ? ` ${direct}` : ""}`,
          yaml: inVhost(before, { queues: { [old]: { bind: [] }, [name]: { bind } } }),
        }
      : { text: `Let those who send to "${old}" by its name send to "${name}" instead.` },
    ...emptied(before, sides),
  ];
}

/** Nobody takes over: whoever still sends loses messages, so they stop first. */
const abandoned = (before: PlanObject, sides: Sides): Step[] => [
  { text: `See to it that nothing is published any more that only queue "${nameOf(before)}" gets.` },
  ...emptied(before, sides),
];

/** The last two steps of all ways: wait, and delete with what patterns made for the queue. */
function emptied(queue: PlanObject, sides: Sides): Step[] {
  const all = [queue, ...(sides.wiring.get(placeOf(queue)) ?? []).filter((other) => belongs(other, queue))];
  const queues = all.filter(({ kind }) => kind === "rabbitmq-queue");
  const keys = all.map(({ key }) => key);
  return [drain(queues), deletion(quoted(queues), keys, sides)];
}

/** What a lower limit drops is what waits now: with less in the queue nothing is lost. */
function lowered({ before, fields }: Change): Step[] | undefined {
  const lossy = fields.filter(({ field, impact }) => impact === "message-loss" && waiting.has(field));
  if (!before || lossy.length === 0) return undefined;
  const limits = lossy.map(({ field, after }) => `${field.replace("policy.", "")} ${String(after)}`);
  return [
    {
      text: `Let consumers catch up until what waits in queue "${nameOf(before)}" is within ${listed(limits)}: rabbitmqctl list_queues --vhost ${String(before.spec["vhost"])} name messages message_bytes`,
    },
    { text: "Then roll this change out." },
  ];
}

const waiting = new Set(["policy.max-length", "policy.max-length-bytes", "policy.message-ttl"]);

const quoted = (queues: readonly PlanObject[]): string =>
  `${queues.length === 1 ? "queue" : "queues"} ${listed(queues.map((queue) => `"${nameOf(queue)}"`))}`;

function drain(queues: readonly PlanObject[]): Step {
  return {
    text: `Wait until ${quoted(queues)} ${queues.length === 1 ? "is" : "are"} empty: rabbitmqctl list_queues --vhost ${String(queues[0]?.spec["vhost"])} name messages consumers`,
  };
}

function ownerOf(queue: PlanObject, { before, changes }: Sides): PlanObject | undefined {
  if (queue.addedBy === undefined) return undefined;
  // A queue's name may have dots, and so may what patterns add to it: each beginning of the key may be the owner's.
  const parts = queue.key.split(".");
  return parts
    .map((_part, index) => parts.slice(0, index).join("."))
    .filter((key) => ["replaces", "deletes"].includes(changes.get(key)?.effect ?? ""))
    .flatMap((key) => before.get(key) ?? [])
    .find((owner) => belongs(queue, owner));
}

/** Whether a pattern made it for this queue: where its dead letters and retries go and wait. */
function belongs({ kind, addedBy, spec }: PlanObject, owner: PlanObject): boolean {
  if (kind !== "rabbitmq-queue" && kind !== "rabbitmq-exchange") return false;
  if (owner.addedBy !== undefined || (addedBy !== "dead-letter" && addedBy !== "retry")) return false;
  const [name, of] = [String(spec["name"]), nameOf(owner)];
  return [`${of}.dlq`, `${of}.dlx`, `${of}.retry`].includes(name) || name.startsWith(`${of}.retry.`);
}

/** The words of a queue that say the same as these arguments and can change; undefined when some can't. */
function policyWords(
  fields: readonly FieldChange[],
  written: PlanObject["written"],
): Record<string, unknown> | undefined {
  const replacing = fields.filter(({ effect }) => effect === "replaces");
  const limit: Record<string, unknown> = {};
  const words: Record<string, unknown> = {};
  const former = isObject(written?.["limit"]) ? written["limit"] : {};
  for (const { field, before, after } of replacing) {
    const name = field.replace(/^arguments\./, "");
    // An argument that the queue has already wins over a policy, except that the lower of two limits holds.
    const isLowered = typeof before === "number" && typeof after === "number" && after < before && after >= 0;
    const isNew = before === undefined && after !== undefined;
    if (!queueArguments[name]?.policy || !(isNew || isLowered)) return undefined;
    if (name === "x-max-length") limit["messages"] = after;
    else if (name === "x-max-length-bytes") limit["bytes"] = after;
    else if (name === "x-overflow") limit["overflow"] = after;
    else if (name === "x-message-ttl") words["ttl"] = `${String(after)}ms`;
    else if (name === "x-expires") words["expires"] = `${String(after)}ms`;
    else if (name === "x-delivery-limit") words["deliveryLimit"] = after;
    else return undefined;
  }
  return { ...words, ...(Object.keys(limit).length > 0 && { limit: { ...former, ...limit } }) };
}
