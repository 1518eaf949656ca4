import type { PlanObject } from "../plan/plan.ts";
import { exchangeKey, queueKey } from "../kinds/key.ts";
import { isObject } from "../topology/json.ts";
import { type Change, rank } from "./changes.ts";

/** The part of the routing that changed, small enough to be drawn. */
export interface Picture {
  readonly before: Flow;
  readonly after: Flow;
}

export interface Flow {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

export interface FlowNode {
  readonly key: string;
  readonly noun: "queue" | "exchange";
  readonly name: string;
}

export interface FlowEdge {
  /** Keys of nodes. */
  readonly from: string;
  readonly to: string;
  readonly by: "binding" | "dead-letter" | "alternate";
  /** Routing keys, or what headers must be. */
  readonly labels: readonly string[];
}

const maximumNodes = 12;
const maximumSeeds = 6;

/**
 * What is wired to the objects that change, before and after; the worst changes first where it doesn't all fit.
 * undefined when nothing that routes messages changes.
 */
export function pictureOf(
  before: readonly PlanObject[],
  after: readonly PlanObject[],
  changes: readonly Change[],
): Picture | undefined {
  const [old, current] = [edgesOf(before), edgesOf(after)];
  const chosen = new Set<string>();
  for (const change of changes.toSorted((a, b) => rank(a.impact) - rank(b.impact))) {
    for (const object of [change.before, change.after])
      if (object) for (const key of endsOf(object)) chosen.add(key);
    if (chosen.size >= maximumSeeds) break;
  }
  const all = [...old, ...current];
  const seeds = [...chosen];
  for (const key of seeds)
    for (const { from, to } of all)
      if ((from === key || to === key) && chosen.size < maximumNodes) chosen.add(from).add(to);
  const picture = { before: part(before, old, chosen), after: part(after, current, chosen) };
  return picture.before.edges.length + picture.after.edges.length > 0 ? picture : undefined;
}

function part(objects: readonly PlanObject[], edges: readonly FlowEdge[], chosen: ReadonlySet<string>): Flow {
  const nodes = objects.flatMap(({ kind, key, spec }): FlowNode[] =>
    chosen.has(key)
      ? [{ key, noun: kind === "rabbitmq-queue" ? "queue" : "exchange", name: String(spec["name"]) }]
      : [],
  );
  const present = new Set(nodes.map(({ key }) => key));
  return { nodes, edges: edges.filter(({ from, to }) => present.has(from) && present.has(to)) };
}

/** The nodes that an object is, or lies between; [] for what routes nothing. */
function endsOf(object: PlanObject): string[] {
  if (object.kind === "rabbitmq-queue" || object.kind === "rabbitmq-exchange") return [object.key];
  return object.kind === "rabbitmq-binding" ? wayOf(object).slice(0, 2) : [];
}

function wayOf({ cluster, spec }: PlanObject): [from: string, to: string, label: string] {
  const [vhost, source, destination, routingKey] = ["vhost", "source", "destination", "routingKey"].map(
    (name) => String(spec[name]),
  ) as [string, string, string, string];
  const keyed = spec["destinationType"] === "queue" ? queueKey : exchangeKey;
  const headers = Object.entries(isObject(spec["arguments"]) ? spec["arguments"] : {}).filter(
    ([name]) => name !== "x-match",
  );
  const label =
    headers.length === 0
      ? routingKey
      : headers.map(([name, value]) => `${name}: ${String(value)}`).join(", ");
  return [exchangeKey(cluster, vhost, source), keyed(cluster, vhost, destination), label];
}

function edgesOf(objects: readonly PlanObject[]): FlowEdge[] {
  const edges = new Map<string, FlowEdge & { labels: string[] }>();
  const add = (from: string, to: string, by: FlowEdge["by"], label: string): void => {
    const id = JSON.stringify([from, to, by]);
    const edge = edges.get(id) ?? { from, to, by, labels: [] };
    if (label !== "") edge.labels.push(label);
    edges.set(id, edge);
  };
  for (const object of objects) {
    const { kind, key, cluster, spec } = object;
    if (kind === "rabbitmq-binding") {
      const [from, to, label] = wayOf(object);
      add(from, to, "binding", label);
      continue;
    }
    const wired = isObject(spec["arguments"]) ? spec["arguments"] : {};
    for (const [by, name] of [
      ["dead-letter", "x-dead-letter-exchange"],
      ["alternate", "alternate-exchange"],
    ] as const) {
      const target = wired[name];
      if (typeof target === "string" && target !== "")
        add(key, exchangeKey(cluster, String(spec["vhost"]), target), by, "");
    }
  }
  return [...edges.values()];
}
