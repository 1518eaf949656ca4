import type { JsonObject } from "../topology/json.ts";

/** What `pulumi import` can do for an object that is on its broker. */
export interface Imported {
  /** By what the provider finds the object; absent for what can't be imported. */
  readonly id?: string;
  /** What the preview after the import shows for it, and why, in full sentences; absent for what stays the same. */
  readonly shows?: { readonly op: "create" | "update" | "replace"; readonly why: string };
}

/** How objects of a kind that Pulumi has a resource for get into its state when they exist already. */
export interface ImportedFacet<Spec extends JsonObject = JsonObject> {
  /** Pulumi's type, such as rabbitmq:index/queue:Queue. */
  type(spec: Spec): string;
  /** `words` are what the broker itself says of the object, where that differs from a spec. */
  imported(spec: Spec, words: Readonly<Record<string, unknown>>): Imported;
  /**
   * Whether the provider does not read a difference of what the broker has, so that whoever made it there wins. `wanted`
   * is what the files say, `living` what is on the broker. Never when absent.
   */
  isUnread?(field: string, wanted: unknown, living: Spec): boolean;
  /** Whether files can't say the field where Pulumi is the engine: whatever the broker has is right. Never when absent. */
  isUnsaid?(field: string): boolean;
}

/** The ids of most RabbitMQ resources, which the provider takes apart at the @. */
export function atVhost(name: string, vhost: string): Imported {
  const bad = [name, vhost].find((part) => part.includes("@"));
  return bad === undefined ? { id: `${name}@${vhost}` } : neverManaged(bad, "@");
}

/** Pulumi's provider puts the name into an id and can't read it back: not after an import, and not after `pulumi up`. */
export function neverManaged(name: string, character: string): Imported {
  const why = `"${name}" holds ${character}, by which Pulumi's provider takes its ids apart: \`pulumi up\` would fail on it. Give it another name before that.`;
  return { shows: { op: "create", why } };
}
