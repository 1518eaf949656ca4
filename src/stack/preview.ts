import { UsageError } from "../topology/files.ts";
import { isObject } from "../topology/json.ts";
import { readResource, type StackResource } from "./resource.ts";

/** One step that Pulumi would take. */
export interface Step {
  /** As Pulumi calls it: create, same, delete, replace, create-replacement and others. */
  readonly op: string;
  readonly resource: StackResource;
  /** What it is to become; absent for what goes. */
  readonly after?: StackResource;
}

export interface PreviewError {
  readonly urn?: string;
  readonly message: string;
}

/** What `pulumi preview --json` has written. */
export interface Preview {
  readonly stack: string;
  readonly steps: readonly Step[];
  readonly errors: readonly PreviewError[];
}

/** Throws UsageError, with `name` as the name of the file, for anything that isn't a whole preview of one stack. */
export function readPreview(text: string, name: string): Preview {
  const refuse = (what: string): never => {
    throw new UsageError(
      `${name} is not what a preview writes: ${what}. Write it anew: pulumi preview --json -s ENV > ${name}`,
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse(text.trim() === "" ? "it is empty" : "it is not JSON, or was cut off");
  }
  const { steps: listed, changeSummary, diagnostics = [] } = isObject(value) ? value : {};
  if (!Array.isArray(listed) || listed.length === 0) return refuse("it holds no steps");
  if (!Array.isArray(diagnostics)) return refuse("its diagnostics are no list");
  if (!isObject(changeSummary)) return refuse("it has no summary, so it may be incomplete");
  const steps = listed.map((step: unknown) => readStep(step) ?? refuse("a step names no resource"));
  for (const [op, number] of Object.entries(changeSummary)) {
    // What stays as it is is counted and not listed; a deletion that is refused is listed and not counted.
    if (op !== "same" && !(steps.filter((step) => step.op === op).length >= Number(number)))
      return refuse(`its summary has more of "${op}" than its steps`);
  }
  const stacks = [...new Set(steps.map(({ resource }) => resource.stack))];
  if (stacks.length !== 1) return refuse(`it is about several stacks, ${stacks.join(" and ")}`);
  return { stack: stacks[0]!, steps, errors: diagnostics.flatMap(errorIn) };
}

function readStep(step: unknown): Step | undefined {
  if (!isObject(step) || typeof step["op"] !== "string") return undefined;
  const after = readResource(step["newState"]);
  const resource = readResource(step["oldState"]) ?? after;
  return resource?.urn === step["urn"] && resource
    ? { op: step["op"], resource, ...(after && { after }) }
    : undefined;
}

function errorIn(diagnostic: unknown): PreviewError[] {
  if (!isObject(diagnostic) || diagnostic["severity"] !== "error") return [];
  const { urn, message } = diagnostic;
  const text = String(message)
    .replace(/^error: /, "")
    .trim();
  return [{ ...(typeof urn === "string" && { urn }), message: text }];
}
