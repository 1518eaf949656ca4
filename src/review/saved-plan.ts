import { readFileSync } from "node:fs";
import { kinds } from "../kinds/definitions.generated.ts";
import type { Plan, PlanObject } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import { isObject } from "../topology/json.ts";
import type { Source } from "./source.ts";

/** A file that `queueform plan --output json` wrote. Throws UsageError for anything else. */
export function savedPlanSource(path: string): Source {
  const plan = readPlan(path);
  return {
    label: path,
    environments: plan.environment === undefined ? [] : [plan.environment],
    isPlan: true,
    side: (environment) => {
      if (environment !== plan.environment)
        throw new UsageError(
          `${path} is ${plan.environment === undefined ? "a plan of no environment" : `the plan of the environment "${plan.environment}"`}, so it can't be compared as "${environment ?? "none"}". Save another one: queueform plan${environment === undefined ? "" : ` --env ${environment}`} --output json > ${path}`,
        );
      return { plan, errors: [], leftOut: [], notes: [] };
    },
    close: () => undefined,
  };
}

function readPlan(path: string): Plan {
  const refuse = (why: string): never => {
    throw new UsageError(
      `${path} is no saved plan: ${why}. Save one with: queueform plan --env ENV --output json > ${path}`,
    );
  };
  const value = parse(path, refuse);
  if (!isObject(value) || !Array.isArray(value["objects"])) return refuse('it has no list "objects"');
  const { environment, objects } = value;
  if (environment !== undefined && typeof environment !== "string")
    return refuse('its "environment" is no text');
  for (const [index, object] of objects.entries()) {
    if (!isPlanObject(object)) return refuse(`entry ${index + 1} of "objects" is not an object of a plan`);
    if (!Object.hasOwn(kinds, object.kind))
      return refuse(`"${object.kind}" is no kind that this version of Queueform knows`);
  }
  return { ...(environment !== undefined && { environment }), objects: objects.filter(isPlanObject) };
}

function parse(path: string, refuse: (why: string) => never): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return refuse(error instanceof SyntaxError ? "it is not JSON" : "it can't be read");
  }
}

function isPlanObject(value: unknown): value is PlanObject {
  return (
    isObject(value) &&
    ["kind", "key", "cluster"].every((name) => typeof value[name] === "string") &&
    isObject(value["spec"]) &&
    Array.isArray(value["dependsOn"])
  );
}
