import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { Compiled, Model } from "../plan/model.ts";
import { textOf, type TopologyFile } from "../topology/file.ts";
import { isObject } from "../topology/json.ts";
import { type Mark, markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { endlessAt, follow, restingPlaces, type Stay } from "./life.ts";
import type { RouteValue } from "./schema.ts";
import { type ExchangeStep, type Route, Simulator } from "./simulate.ts";

export interface RouteFailure {
  readonly what: string;
  /** In place of the general advice. */
  readonly fix?: string;
  readonly mark: Mark;
}

/** One entry of `routes:`, run. */
export interface RouteTest {
  readonly value: RouteValue;
  readonly file: TopologyFile;
  readonly mark: Mark;
  readonly vhost: string;
  /** Sorted. */
  readonly reached: readonly string[];
  readonly failure?: RouteFailure;
}

export interface RouteTests {
  readonly tests: readonly RouteTest[];
  /** Bindings that no message of any test took, of those that people wrote: a pattern's are its own affair. */
  readonly unused: readonly Compiled<unknown, BindingSpec>[];
  readonly bindings: number;
}

/** Where a file's `rabbitmq:` block is, with the version it names. */
export function placeOf(file: TopologyFile): { cluster: string; vhost: string; version: string } {
  return {
    cluster: textOf(file, ["rabbitmq", "cluster"], "main"),
    vhost: textOf(file, ["rabbitmq", "vhost"], "/"),
    version: textOf(file, ["rabbitmq", "version"], "4.0"),
  };
}

/** Runs the routing tests of all files. Pure; needs no broker. */
export function runRouteTests(model: Model): RouteTests {
  const simulators = new Map<string, Simulator>();
  const used = new Set<BindingSpec>();
  const tests = model.files.flatMap((file) => {
    const routes = file.value["routes"];
    if (!Array.isArray(routes)) return [];
    const place = placeOf(file);
    const id = JSON.stringify(place);
    const simulator = simulators.get(id) ?? new Simulator(model.all, place);
    simulators.set(id, simulator);
    return routes.filter(isObject).map((entry) => {
      const value = entry as unknown as RouteValue;
      const mark = markOf(entry) ?? { source: file.source, start: 0, end: 0 };
      const { exchange, key = "", headers } = value.publish;
      const route = simulator.publish(exchange, key, headers);
      const stays = value.reject ? follow(simulator, route, "rejected") : [];
      for (const binding of takenOn(route, stays)) used.add(binding);
      const reached = value.reject ? restingPlaces(stays) : route.queues;
      const failure = failureOf({ value, simulator, stays, reached, vhost: place.vhost }, mark);
      return { value, file, mark, vhost: place.vhost, reached, ...(failure && { failure }) };
    });
  });
  const bindings = model
    .ofKind<unknown, BindingSpec>("rabbitmq-binding")
    .filter(({ addedBy }) => addedBy === undefined);
  return { tests, unused: bindings.filter(({ spec }) => !used.has(spec)), bindings: bindings.length };
}

/** All bindings that took the message or one of its dead letters. */
function takenOn(route: Route, stays: readonly Stay[]): BindingSpec[] {
  const ofStep = ({ taken, alternate }: ExchangeStep): BindingSpec[] => [
    ...taken.flatMap(({ binding, next }) => [binding, ...(next ? ofStep(next) : [])]),
    ...(alternate ? ofStep(alternate) : []),
  ];
  const ofStay = ({ death, next }: Stay): BindingSpec[] => [
    ...(death?.route ? ofStep(death.route.way) : []),
    ...next.flatMap(ofStay),
  ];
  return [...ofStep(route.way), ...stays.flatMap(ofStay)];
}

interface Outcome {
  readonly value: RouteValue;
  readonly simulator: Simulator;
  readonly stays: readonly Stay[];
  readonly reached: readonly string[];
  readonly vhost: string;
}

function failureOf(
  { value, simulator, stays, reached, vhost }: Outcome,
  mark: Mark,
): RouteFailure | undefined {
  const { exchange, key } = value.publish;
  if (!simulator.hasExchange(exchange)) {
    return {
      what: `The test publishes to the exchange "${exchange}", and there is none on vhost "${vhost}".`,
      fix: `${suggestion(exchange, simulator.exchangeNames())}Name an exchange that a file declares there, or correct the file's vhost.`,
      mark: markOf(value.publish, "exchange") ?? mark,
    };
  }
  const names = simulator.queueNames();
  const unknown = value.reaches.findIndex((name) => !names.includes(name));
  if (unknown !== -1) {
    const name = value.reaches[unknown]!;
    return {
      what: `The test expects a message in the queue "${name}", and there is none on vhost "${vhost}".`,
      fix: `${suggestion(name, names)}Name a queue that a file declares there, or correct the file's vhost.`,
      mark: markOf(value.reaches, unknown) ?? mark,
    };
  }
  const message = `A message published to "${exchange}"${key === undefined ? "" : ` with key "${key}"`}`;
  const at = markOf(value, "reaches") ?? mark;
  const endless = endlessAt(stays);
  if (endless !== undefined) {
    return {
      what: `${message} and rejected every time comes to "${endless}" again and again, for ever.`,
      fix: "Let the dead letters end in a queue where somebody looks at them: use retry with a number of retries, or deadLetter: true.",
      mark: at,
    };
  }
  const wanted = [...new Set(value.reaches)].toSorted();
  if (JSON.stringify(wanted) === JSON.stringify(reached)) return undefined;
  const missing = wanted.filter((name) => !reached.includes(name));
  const extra = reached.filter((name) => !wanted.includes(name));
  const verb = value.reject ? "and rejected every time ends in" : "reaches";
  const found = reached.length === 0 ? "no queue (it is dropped)" : listed(reached);
  const differences = [
    missing.length > 0 && `${listed(missing)} ${missing.length === 1 ? "is" : "are"} missing`,
    extra.length > 0 && `${listed(extra)} ${extra.length === 1 ? "was" : "were"} not expected`,
  ].filter((one) => one !== false);
  return {
    what: `${message} ${verb} ${found}; ${differences.join(", and ")}.`,
    mark: at,
  };
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
