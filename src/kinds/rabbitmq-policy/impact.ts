import type { JsonObject } from "../../topology/json.ts";
import { type Consequence, type Impact, impactLevels } from "../kind.ts";
import type { PolicySpec } from "./definition.ts";

export const policyImpact: Impact<PolicySpec> = {
  added: ({ name, pattern, definition }) => ({
    ...worstOf({}, definition),
    sentence: `Policy "${name}" starts to apply to what matches ${pattern}, and takes the place of any policy of lower priority there.`,
  }),
  removed: ({ pattern, definition }) => ({
    ...worstOf(definition, {}),
    sentence: `What matches ${pattern} loses ${Object.keys(definition).join(", ")} at once, unless another policy takes over.`,
  }),
  changed: (field, before, after) =>
    field.startsWith("definition.")
      ? {
          effect: "in-place",
          ...settingImpact(field.slice("definition.".length), before.definition, after.definition),
        }
      : {
          effect: "in-place",
          impact: "disruption",
          sentence: `Another set of objects falls under policy "${after.name}"; each has its settings changed at once.`,
        },
};

function worstOf(before: JsonObject, after: JsonObject): Consequence {
  const found = Object.keys({ ...before, ...after }).map((name) => settingImpact(name, before, after));
  return found.reduce((a, b) => (impactLevels.indexOf(b.impact) < impactLevels.indexOf(a.impact) ? b : a));
}

/**
 * What it does to a living queue or exchange when one setting of its effective policy changes. `before` and `after` are
 * all of its settings. Source: rabbitmq.com/docs/maxlength, /ttl, /dlx, /quorum-queues.
 */
export function settingImpact(name: string, before: JsonObject, after: JsonObject): Consequence {
  const [from, to] = [before[name], after[name]];
  const isTighter = to !== undefined && (from === undefined || limitOf(to) < limitOf(from));
  switch (name) {
    case "max-length":
    case "max-length-bytes":
      if (!isTighter)
        return { impact: "safe", sentence: `The queue may hold more from now on; nothing in it is dropped.` };
      return String(after["overflow"]).startsWith("reject-publish")
        ? {
            impact: "outage",
            sentence:
              "Once the queue holds this much, publishers are refused until consumers catch up; those without confirms don't notice.",
          }
        : {
            impact: "message-loss",
            sentence: "Messages beyond the new limit are dropped or dead-lettered at once, the oldest first.",
          };
    case "message-ttl":
      return isTighter
        ? {
            impact: "message-loss",
            sentence:
              "Messages that come from now on and wait longer than this expire; those that wait now keep the time they came with.",
          }
        : { impact: "safe", sentence: "Messages may wait longer; none of those that wait is dropped." };
    case "expires":
      return isTighter
        ? {
            impact: "message-loss",
            sentence:
              "Without consumers for this long the whole queue is deleted, and its messages are not dead-lettered.",
          }
        : { impact: "safe", sentence: "The queue may be idle longer before it is deleted." };
    case "max-age":
      return isTighter
        ? { impact: "message-loss", sentence: "Older parts of the stream are deleted for good." }
        : { impact: "safe", sentence: "The stream keeps more." };
    case "delivery-limit":
      return deliveriesOf(to, "fewest") < deliveriesOf(from, "most")
        ? {
            impact: "message-loss",
            sentence:
              "Messages that were redelivered more often than this are dropped or dead-lettered at once.",
          }
        : {
            impact: "safe",
            sentence: "Messages may be redelivered more often; one that always fails goes round longer.",
          };
    case "overflow":
      if (refuses(to) === refuses(from))
        return {
          impact: "safe",
          sentence:
            "A full queue treats publishers as before; only what becomes of refused messages changes.",
        };
      return refuses(to)
        ? {
            impact: "outage",
            sentence:
              "When the queue is full its publishers are refused; those without confirms don't notice.",
          }
        : {
            impact: "message-loss",
            sentence: "When the queue is full its oldest messages are dropped to make room.",
          };
    case "dead-letter-strategy":
      if (from !== "at-least-once" && to !== "at-least-once")
        return { impact: "safe", sentence: "Dead letters go their way as before." };
      return to === "at-least-once"
        ? { impact: "safe", sentence: "Dead letters are kept until their queue has taken them." }
        : {
            impact: "message-loss",
            sentence:
              "Dead letters that no queue has taken yet are deleted, and later ones may be lost on the way. Wait until the queue keeps none: messages_dlx in `rabbitmqctl list_queues` is 0.",
          };
    case "dead-letter-exchange":
      if (to === undefined)
        return { impact: "message-loss", sentence: "Rejected and expired messages are dropped from now on." };
      return from === undefined
        ? { impact: "safe", sentence: "Rejected and expired messages are kept from now on." }
        : { impact: "disruption", sentence: "Dead letters go somewhere else from now on." };
    case "dead-letter-routing-key":
      if (before["dead-letter-exchange"] === undefined || after["dead-letter-exchange"] === undefined)
        return { impact: "safe", sentence: "The key of dead letters comes and goes with their exchange." };
      return {
        impact: "disruption",
        sentence:
          "Dead letters carry another key from now on; those that no binding of their exchange takes are dropped.",
      };
    case "alternate-exchange":
      if (to === undefined)
        return {
          impact: "message-loss",
          sentence: "Messages that no binding takes are dropped from now on.",
        };
      return {
        impact: from === undefined ? "safe" : "disruption",
        sentence: "Messages that no binding takes go there from now on.",
      };
    default:
      return {
        impact: "disruption",
        sentence: `${name} changes on living objects within seconds; messages that wait stay.`,
      };
  }
}

const refuses = (overflow: unknown): boolean => String(overflow).startsWith("reject-publish");

/** Without a limit, or with -1 before 4.0, messages go round for ever; since 4.0 the broker stops at 20 where nothing is set. */
function deliveriesOf(limit: unknown, unset: "fewest" | "most"): number {
  if (limit === undefined) return unset === "fewest" ? 20 : Infinity;
  return limitOf(limit);
}

/** -1 stands for no limit; an age such as "7D" is compared by its length. */
function limitOf(value: unknown): number {
  if (typeof value === "number") return value < 0 ? Infinity : value;
  const [, count, unit] = /^([0-9]+)([YMDhms])$/.exec(String(value)) ?? [];
  return unit === undefined ? NaN : Number(count) * ageUnits[unit]!;
}

const ageUnits: Record<string, number> = { Y: 31_536_000, M: 2_592_000, D: 86_400, h: 3600, m: 60, s: 1 };
