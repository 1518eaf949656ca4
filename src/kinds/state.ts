import type { JsonObject } from "../topology/json.ts";

/**
 * How a kind that Pulumi protects looks in Pulumi's state and previews: the way back from what resource.ts registers to
 * the spec, so that an approval means the same wherever it is checked. Everything comes from a file: nothing is sure.
 */
export interface StateFacet<Spec extends JsonObject = JsonObject> {
  /** Whether a Pulumi type, such as rabbitmq:index/queue:Queue, is of this kind. */
  isType(type: string): boolean;
  /**
   * undefined for inputs that can't have been written by Queueform. `outputs` are what the provider has read; empty for
   * what is to be.
   */
  specOf(
    inputs: Readonly<Record<string, unknown>>,
    outputs: Readonly<Record<string, unknown>>,
  ): Spec | undefined;
}
