import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import { endlessAt, restingPlaces, type Stay } from "../routing/life.ts";
import type { Death, ExchangeStep, Loss, Route } from "../routing/simulate.ts";
import type { Paint } from "./style.ts";

interface Branch {
  readonly label: string;
  readonly branches: readonly Branch[];
}

/** The way of a message as a tree, and after it what happens to it when its queues give it up. */
export function renderRoute(route: Route, stays: readonly Stay[], paint: Paint): string {
  const [key = ""] = route.message.keys;
  const start = ofStep(route.way, paint);
  const lines = renderTree({ ...start, label: `${start.label}, key "${key}"` });
  lines.push(
    route.queues.length === 0
      ? paint("yellow", "Reaches no queue: dropped.")
      : `Reaches ${paint("bold", route.queues.join(", "))}.`,
  );
  for (const stay of stays) lines.push("", ...renderTree(ofStay(stay, paint)));
  if (stays.length > 0) {
    const places = restingPlaces(stays);
    const endless = endlessAt(stays);
    const end =
      endless !== undefined
        ? `Comes to ${endless} again and again, for ever.`
        : places.length === 0
          ? "No copy is left: dropped."
          : undefined;
    lines.push(end === undefined ? `Ends in ${paint("bold", places.join(", "))}.` : paint("yellow", end));
  }
  return `${lines.join("\n")}\n`;
}

function ofStep({ exchange, type, taken, named, alternate, again }: ExchangeStep, paint: Paint): Branch {
  const name = exchange === "" ? "default exchange" : `${exchange}${type === undefined ? "" : ` (${type})`}`;
  const nothing = taken.length === 0 && named.length === 0 && !alternate;
  const note = again
    ? ": has had the message already"
    : type === undefined
      ? ": there is no such exchange, so nothing goes on from here"
      : nothing
        ? ": nothing matches, so nothing goes on from here"
        : "";
  const branches = [
    ...taken.map(({ binding, next }): Branch => {
      const by = `${describeBinding(binding, type)} → `;
      if (!next) return { label: `${by}queue ${paint("bold", binding.destination)}`, branches: [] };
      const inner = ofStep(next, paint);
      return { label: `${by}${inner.label}`, branches: inner.branches };
    }),
    ...named.map((queue): Branch => ({ label: `by its name → queue ${paint("bold", queue)}`, branches: [] })),
  ];
  if (alternate) {
    const inner = ofStep(alternate, paint);
    branches.push({ label: `nothing matches, alternate → ${inner.label}`, branches: inner.branches });
  }
  return { label: `${name}${note}`, branches };
}

/** What a binding asks for, as its exchange reads it. */
export function describeBinding({ routingKey, arguments: values }: BindingSpec, type?: string): string {
  if (type === "fanout") return "everything";
  if (type !== "headers" && !("x-match" in values)) return `key "${routingKey}"`;
  const { "x-match": match = "all", ...compared } = values;
  const all = Object.entries(compared).map(([name, value]) =>
    value === null ? name : `${name}=${JSON.stringify(value)}`,
  );
  return all.length === 0 ? `${String(match)} of no headers` : `${String(match)} of ${all.join(", ")}`;
}

const losses: Record<Loss, string> = {
  "no-dead-letter-exchange": "the queue has no dead-letter exchange",
  "exchange-missing": "its dead-letter exchange does not exist",
  unroutable: "its dead-letter exchange routes it nowhere",
  cycle: "it would come back to a queue where it died, with no rejection in between",
};

function ofStay({ queue, death, waits, next, repeats }: Stay, paint: Paint): Branch {
  const branches = next.map((one) => ofStay(one, paint));
  const name = paint("bold", queue);
  if (repeats) return { label: `${name}: and so on, for ever`, branches };
  if (!death) return { label: `${name}: stays here`, branches };
  return { label: `${name}: ${describeDeath(death, waits)}`, branches };
}

function describeDeath({ reason, loss, kept, route, cycles }: Death, waits?: number): string {
  const what = waits === undefined ? reason : `${reason} after ${waits / 1000} s`;
  if (loss) return `${what}, ${kept ? "kept" : "dropped"}: ${losses[loss]}`;
  const key = route?.message.keys[0] ?? "";
  const to = route?.message.exchange === "" ? "the default exchange" : route?.message.exchange;
  const refused = cycles.length > 0 ? `, not let into ${cycles.join(", ")} again` : "";
  return `${what}, to ${to} with key "${key}"${refused}`;
}

function renderTree({ label, branches }: Branch): string[] {
  return [
    label,
    ...branches.flatMap((branch, index) => {
      const last = index === branches.length - 1;
      return renderTree(branch).map((line, row) =>
        row === 0 ? `${last ? "└─" : "├─"} ${line}` : `${last ? "  " : "│ "} ${line}`,
      );
    }),
  ];
}

/** The same for `--output json`. */
export function routeJson(route: Route, stays: readonly Stay[]): Record<string, unknown> {
  return {
    reaches: route.queues,
    dropped: route.queues.length === 0,
    way: stepJson(route.way),
    ...(stays.length > 0 && {
      endsIn: restingPlaces(stays),
      endless: endlessAt(stays) !== undefined,
      stays: stays.map(stayJson),
    }),
  };
}

function stepJson({ exchange, type, taken, named, alternate, again }: ExchangeStep): Record<string, unknown> {
  return {
    exchange,
    exists: type !== undefined || again === true,
    ...(type !== undefined && { type }),
    bindings: taken.map(({ binding: { vhost: _vhost, source: _source, ...binding }, next }) => ({
      ...binding,
      ...(next && { next: stepJson(next) }),
    })),
    ...(named.length > 0 && { queues: named }),
    ...(alternate && { alternate: stepJson(alternate) }),
    ...(again && { again }),
  };
}

function stayJson({ queue, message, death, waits, next, repeats }: Stay): Record<string, unknown> {
  const { exchange, keys, deaths } = message;
  return {
    queue,
    exchange,
    keys,
    deaths,
    ...(waits !== undefined && { waits }),
    ...(death && {
      dies: {
        reason: death.reason,
        ...(death.loss && { loss: death.loss, kept: death.kept }),
        ...(death.cycles.length > 0 && { cycles: death.cycles }),
        ...(death.route && { way: stepJson(death.route.way) }),
      },
    }),
    ...(repeats && { repeats }),
    next: next.map(stayJson),
  };
}
