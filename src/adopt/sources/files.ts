import type { Diagnostic, Report } from "../../topology/diagnostic.ts";
import { findFiles, readSource } from "../../topology/files.ts";
import { isObject } from "../../topology/json.ts";
import { type Mark, markOf, type Source } from "../../topology/mark.ts";
import { checkValue, compileSchema, type Validate } from "../../topology/shape.ts";
import { parseYamlDocuments } from "../../topology/yaml.ts";
import { type Found, type Note, originOf, placeOf, together } from "../found.ts";
import { definitionsSchema } from "./definitions-schema.ts";
import { isDefinitions, readDefinitions } from "./definitions.ts";
import { readJson } from "./json.ts";
import { isResource, type Resource, resourcesIn } from "./kubernetes.ts";
import { clusterReferenceOf, messagingTopologyGroup, readMessagingTopology } from "./messaging-topology.ts";
import { RabbitmqCollector } from "./rabbitmq.ts";
import { isTopicOrUser, kafkaLabelOf, readStrimzi, strimziGroup } from "./strimzi.ts";
import { templateIn, templateInText } from "./template.ts";

export interface FileOptions {
  /** What the cluster is called in the files that are written; "main" when absent and there is only one. */
  readonly cluster?: string;
  /** The vhost of an export that names none. */
  readonly vhost?: string;
}

/**
 * Reads a file, or all YAML files of a folder, whose kind is recognised by its content. Problems go to `report`, and then
 * the result is undefined; throws UsageError for a path that is not there.
 */
export function readFiles(path: string, options: FileOptions, report: Report): Found | undefined {
  const problems: Diagnostic[] = [];
  const collect: Report = (diagnostic) => {
    problems.push(diagnostic);
    report(diagnostic);
  };
  const found: Found[] = [];
  const resources: Resource[] = [];
  for (const file of findFiles([path])) {
    const source = readSource(file, collect);
    const values = source && valuesIn(source, collect);
    for (const value of values ?? []) {
      if (isResource(value)) resources.push(...resourcesIn([value]));
      else if (isDefinitions(value)) found.push(...definitionsIn(value, options, collect));
      else unknown(markOf(value) ?? { source: source!, start: 0, end: 0 }, collect);
    }
    if (values?.length === 0) unknown({ source: source!, start: 0, end: 0 }, collect);
  }
  found.push(...inResources(resources, options, collect));
  return problems.length > 0 ? undefined : together(found);
}

/** What can't be read because it is a template is not told as faults of JSON or YAML. */
function valuesIn(source: Source, report: Report): Record<string, unknown>[] | undefined {
  const problems: Diagnostic[] = [];
  const keep: Report = (problem) => void problems.push(problem);
  const values = isJson(source) ? jsonValues(source, keep) : parseYamlDocuments(source, keep);
  const template = problems.length > 0 ? templateInText(source) : undefined;
  for (const problem of template ? [template] : problems) report(problem);
  return values;
}

const isJson = ({ text }: Source): boolean => /^\s*[{[]/.test(text);

function jsonValues(source: Source, report: Report): Record<string, unknown>[] | undefined {
  const value = readJson(source, report);
  if (value === undefined) return undefined;
  return isObject(value) ? [value] : [];
}

let validate: Validate | undefined;

function definitionsIn(value: Record<string, unknown>, options: FileOptions, report: Report): Found[] {
  validate ??= compileSchema(definitionsSchema);
  let problems = 0;
  checkValue(validate, value, (diagnostic) => {
    problems++;
    report(diagnostic);
  });
  if (problems > 0) return [];
  const { cluster = "main", vhost } = options;
  const place = markOf(value)!.source.path;
  return [readDefinitions(value, { cluster, place, ...(vhost !== undefined && { vhost }) }).found()];
}

function inResources(all: readonly Resource[], { cluster }: FileOptions, report: Report): Found[] {
  const rabbitmq = all.filter(({ apiVersion }) => apiVersion.startsWith(messagingTopologyGroup));
  const kafka = all.filter((one) => one.apiVersion.startsWith(strimziGroup) && isTopicOrUser(one));
  for (const one of [...rabbitmq, ...kafka]) {
    const template = templateIn(one);
    if (template) report(template);
  }
  const named = byCluster(rabbitmq, clusterReferenceOf, cluster).map(([name, resources]) => {
    const collector = new RabbitmqCollector(name);
    readMessagingTopology(resources, all, collector, report);
    return collector.found();
  });
  const topics = byCluster(kafka, kafkaLabelOf, cluster).map(([name, resources]) =>
    readStrimzi(resources, name, report),
  );
  const others = all.filter((one) => !rabbitmq.includes(one) && !kafka.includes(one));
  const notes = others.map(({ kind, name, mark }): Note => ({
    about: "",
    place: placeOf(originOf(mark)),
    text: `The ${kind} "${name}" is no messaging topology, and nothing of it was taken over.`,
  }));
  return [...named, ...topics, { objects: [], notes, versions: new Map() }];
}

/** One cluster is called as asked for, or "main". Of several each keeps its own name, without which they would be mixed. */
function byCluster(
  resources: readonly Resource[],
  referenceOf: (resource: Resource) => string,
  wanted: string | undefined,
): [string, Resource[]][] {
  const references = new Set(resources.map(referenceOf));
  const groups = [...Map.groupBy(resources, (resource) => completed(referenceOf(resource), references))];
  if (groups.length === 1) return groups.map(([, group]) => [wanted ?? "main", group]);
  const names = groups.map(([reference]) => (JSON.parse(reference) as [string, string])[1]);
  const isClear = new Set(names).size === names.length;
  return groups.map(([reference, group], index) => [
    (isClear ? names[index] : (JSON.parse(reference) as string[]).join("-")) || "main",
    group,
  ]);
}

/** A resource without a namespace goes where kubectl is told to: to the namespace that the others of its cluster name. */
function completed(reference: string, all: ReadonlySet<string>): string {
  const [namespace, name] = JSON.parse(reference) as [string, string];
  if (namespace !== "") return reference;
  const named = [...all].filter((other) => {
    const [otherNamespace, otherName] = JSON.parse(other) as [string, string];
    return otherName === name && otherNamespace !== "";
  });
  return named.length === 1 ? named[0]! : reference;
}

function unknown(mark: Mark, report: Report): void {
  report({
    rule: "import-source",
    severity: "error",
    what: "This is nothing that can be imported.",
    why: "Definitions of RabbitMQ are told by lists such as queues and exchanges; resources of the Messaging Topology Operator and of Strimzi by apiVersion and kind.",
    fix: "Name an export of definitions (rabbitmqctl export_definitions), or YAML of these operators.",
    mark: { ...mark, end: Math.min(mark.end, mark.start + 1) },
  });
}
