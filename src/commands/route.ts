import type { Model } from "../plan/model.ts";
import { renderRoute, routeJson } from "../report/route.ts";
import { follow } from "../routing/life.ts";
import { Simulator } from "../routing/simulate.ts";
import { placeOf } from "../routing/tests.ts";
import { UsageError } from "../topology/files.ts";
import { isObject, type Json, type JsonObject } from "../topology/json.ts";
import { suggestion } from "../topology/nearest.ts";
import {
  type Command,
  environmentOption,
  exit,
  isJson,
  json,
  list,
  outputOption,
  text,
  type Values,
} from "./command.ts";
import { loadOrExplain } from "./diagnose.ts";

export const command: Command = {
  positionals: "[PATH...]",
  description:
    "Shows the way of a message through RabbitMQ: exchanges, bindings that match, queues, and what happens when consumers reject it. Needs no broker.",
  options: {
    exchange: {
      type: "string",
      placeholder: "EXCHANGE",
      description: 'Where the message is published; "" for the default exchange',
    },
    key: { type: "string", placeholder: "KEY", description: 'Its routing key (default: "")' },
    header: {
      type: "string",
      multiple: true,
      placeholder: "NAME=VALUE",
      description: "A header; can be repeated. 1 and true are no texts: write NAME='\"1\"' for one",
    },
    reject: { type: "boolean", description: "Go on: consumers reject the message every time" },
    expire: { type: "boolean", description: "Go on: the message expires in the queues that get it" },
    cluster: { type: "string", placeholder: "CLUSTER", description: "Only this RabbitMQ cluster" },
    vhost: { type: "string", placeholder: "VHOST", description: "Only this vhost" },
    env: environmentOption,
    output: outputOption,
  },
  run: async (paths, values, console) => {
    const exchange = text(values, "exchange");
    if (exchange === undefined)
      throw new UsageError("Published where? Add --exchange EXCHANGE, and mostly --key KEY.");
    if (values["reject"] === true && values["expire"] === true)
      throw new UsageError("A message is rejected or it expires: give --reject or --expire, not both.");
    const headers = headersOf(list(values, "header"));
    // What is wrong with the files is often what one wants to see the effect of.
    const loaded = loadOrExplain(paths, text(values, "env"), console, true);
    if (!loaded) return exit.findings;
    const { simulator, place } = placeFor(loaded.model, exchange, values);
    const route = simulator.publish(exchange, text(values, "key") ?? "", headers);
    const reason = values["reject"] === true ? "rejected" : values["expire"] === true ? "expired" : undefined;
    const stays = reason ? follow(simulator, route, reason) : [];
    if (isJson(values)) console.print(json({ ...place, ...routeJson(route, stays) }));
    else console.print(renderRoute(route, stays, console.paint));
    return exit.ok;
  },
};

interface Place {
  readonly cluster: string;
  readonly vhost: string;
}

/** The one vhost that the options and the exchange leave over. */
function placeFor(model: Model, exchange: string, values: Values): { simulator: Simulator; place: Place } {
  const cluster = text(values, "cluster");
  const vhost = text(values, "vhost");
  const places = new Map<string, Place & { simulator: Simulator }>();
  for (const file of model.files.filter(({ value }) => isObject(value["rabbitmq"]))) {
    const place = placeOf(file);
    if ((cluster ?? place.cluster) !== place.cluster || (vhost ?? place.vhost) !== place.vhost) continue;
    places.set(JSON.stringify([place.cluster, place.vhost]), {
      cluster: place.cluster,
      vhost: place.vhost,
      simulator: new Simulator(model.all, place),
    });
  }
  const known = [...places.values()];
  const found = known.filter(({ simulator }) => simulator.hasExchange(exchange));
  const [first] = found;
  if (!first) {
    const names = known.flatMap(({ simulator }) => simulator.exchangeNames());
    throw new UsageError(
      known.length === 0
        ? "No file declares anything for RabbitMQ there. Check --cluster and --vhost."
        : `There is no exchange "${exchange}". ${suggestion(exchange, names)}"queueform plan" lists them all.`,
    );
  }
  if (found.length > 1) {
    const named = found.map((one) => `"${one.vhost}" on cluster "${one.cluster}"`).join(", ");
    throw new UsageError(`There is an exchange "${exchange}" on ${named}. Add --vhost or --cluster.`);
  }
  return { simulator: first.simulator, place: { cluster: first.cluster, vhost: first.vhost } };
}

/** NAME=VALUE, where a value that is JSON means what it says, and anything else is a text. */
function headersOf(given: readonly string[]): JsonObject {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf("=");
      if (at < 1) throw new UsageError(`--header ${one} names no value. Write --header NAME=VALUE.`);
      return [one.slice(0, at), jsonOrText(one.slice(at + 1))];
    }),
  );
}

function jsonOrText(given: string): Json {
  try {
    return JSON.parse(given) as Json;
  } catch {
    return given;
  }
}
