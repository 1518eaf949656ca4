import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../environment/environment.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import { keyOf } from "../kinds/key.ts";
import type { Drift } from "../live/drift.ts";
import { wasRead } from "../live/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import { isObject } from "../topology/json.ts";
import { projectName } from "./project.ts";
import { readResource } from "./resource.ts";

/** What Pulumi believes to have made in one environment. */
export interface PulumiState {
  /** The file that says so. */
  readonly path: string;
  /** The logical names of its resources, which are keys of objects. */
  readonly keys: ReadonlySet<string>;
}

/** Where plan, state and brokers don't agree, in keys. */
export interface StateDifferences {
  readonly path: string;
  /** The state says that it exists, and the broker has no such object. */
  readonly gone: readonly string[];
  /** On the broker and in the files, but not in the state: `pulumi up` would try to create it. */
  readonly unknown: readonly string[];
  /** In the state and in no file: `pulumi up` would delete it. */
  readonly undeclared: readonly string[];
}

/**
 * The state of an environment: `file` as `pulumi stack export` writes it, or else what a file-backed state keeps inside
 * the project. undefined where there is none. Throws UsageError for a file that is no state.
 */
export function readState(
  directory: string,
  { name }: Environment,
  file: string | undefined,
): PulumiState | undefined {
  const path = file ?? stateIn(directory, name);
  if (path === undefined) return undefined;
  if (!existsSync(path))
    throw new UsageError(
      `There is no state file "${path}". Write one: pulumi stack export -s ${name} --file ${path}`,
    );
  const resources = resourcesIn(readFileSync(path, "utf8"));
  if (!resources)
    throw new UsageError(
      `"${path}" is not what Pulumi writes. Make it with: pulumi stack export -s ${name} --file ${path}`,
    );
  return { path, keys: new Set(resources.flatMap((resource) => keyOfResource(resource) ?? [])) };
}

function stateIn(directory: string, name: string): string | undefined {
  if (!existsSync(join(directory, "Pulumi.yaml"))) return undefined;
  const path = join(directory, ".pulumi", "stacks", projectName(directory), `${name}.json`);
  return existsSync(path) ? path : undefined;
}

/**
 * The resources in what Pulumi writes, as it writes them; undefined for anything else. Exports have them under
 * `deployment`, the files of a backend under `checkpoint`.
 */
export function resourcesIn(text: string): unknown[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(content)) return undefined;
  const checkpoint = isObject(content["checkpoint"]) ? content["checkpoint"]["latest"] : undefined;
  const latest = content["deployment"] ?? checkpoint;
  if (!isObject(latest)) return undefined;
  // A stack that nothing was ever deployed to has none.
  const { resources = [] } = latest;
  return Array.isArray(resources) ? resources : undefined;
}

/** What is left of a replacement says `delete`, and is not in the way of anything. */
const keyOfResource = (resource: unknown): string | undefined =>
  isObject(resource) && resource["delete"] === true ? undefined : readResource(resource)?.key;

/** Only of clusters that were read. What Pulumi never makes, such as what is inside Redis, can't be in its state. */
export function compareState({ path, keys }: PulumiState, plan: Plan, drift: Drift): StateDifferences {
  const places = drift.clusters.filter(wasRead).map(({ broker, cluster }) => `${keyOf(broker, cluster)}/`);
  const isRead = (key: string): boolean => places.some((place) => key.startsWith(place));
  const declared = new Set(plan.objects.map(({ key }) => key));
  const missing = new Set(drift.missing.map(({ key }) => key));
  const unseen = new Set(drift.unchecked.flatMap(({ key, cause }) => (cause === "not-allowed" ? key : [])));
  const made = plan.objects.filter(({ kind, key }) => kinds[kind]?.broker !== "redis" && isRead(key));
  return {
    path,
    gone: made.flatMap(({ key }) => (keys.has(key) && missing.has(key) ? key : [])),
    unknown: made.flatMap(({ key }) => (!keys.has(key) && !missing.has(key) && !unseen.has(key) ? key : [])),
    undeclared: [...keys].filter((key) => isRead(key) && !declared.has(key)).toSorted(),
  };
}
