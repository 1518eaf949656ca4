import type { Json } from "../topology/json.ts";
import type { Message } from "./message.ts";

/**
 * What a headers exchange sees of a message: its headers, and what the broker adds to dead letters. Before 3.13 there
 * were no x-last-death-* headers.
 * Source: rabbit_exchange_type_headers.erl, mc.erl routing_headers; tried on 4.0.5.
 */
export function visibleHeaders(message: Message, before313: boolean): Map<string, Json> {
  const visible = new Map(Object.entries(message.headers));
  const places = { "x-first-death": message.firstDeath, "x-last-death": message.lastDeath };
  for (const [prefix, place] of Object.entries(places)) {
    if (!place || (before313 && prefix === "x-last-death")) continue;
    visible.set(`${prefix}-queue`, place.queue);
    visible.set(`${prefix}-reason`, place.reason);
    visible.set(`${prefix}-exchange`, place.exchange);
  }
  if (before313 && message.deaths.length > 0) visible.set("x-death", []);
  return visible;
}

/**
 * Whether a binding of a headers exchange takes a message with these headers. Values are compared with their type: 1 is
 * not "1". An empty (null) value asks only for the header to be there. "all" of nothing matches, "any" of nothing doesn't.
 */
export function headersMatch(
  bindingArguments: Readonly<Record<string, Json>>,
  headers: ReadonlyMap<string, Json>,
): boolean {
  const match = bindingArguments["x-match"] ?? "all";
  const withX = match === "all-with-x" || match === "any-with-x";
  const compared = Object.entries(bindingArguments).filter(([name]) =>
    withX ? name !== "x-match" : !name.startsWith("x-"),
  );
  const takes = ([name, value]: [string, Json]): boolean =>
    value === null ? headers.has(name) : headers.get(name) === value;
  return match === "any" || match === "any-with-x" ? compared.some(takes) : compared.every(takes);
}
