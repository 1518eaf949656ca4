import type * as pulumi from "@pulumi/pulumi";
import type { JsonObject } from "../topology/json.ts";

/** A registered resource; those that others refer to have their name as an output. */
export interface NamedResource extends pulumi.CustomResource {
  readonly name?: pulumi.Output<string>;
}

export interface ResourceContext {
  /** The RabbitMQ, Kafka or Kubernetes cluster the object lives on. */
  readonly cluster: string;
  readonly options: pulumi.CustomResourceOptions;
  /** False where nothing ever becomes ready, so that waiting for it would only end in a timeout. */
  readonly awaitReady: boolean;
  /**
   * The name of another object as an output of its resource, so that Pulumi orders and cascades by it; the plain name
   * when that object is not in the plan.
   */
  nameOf(key: string, name: string): pulumi.Input<string>;
  /** A text that may be a `${secret:NAME}` reference; a secret output then. */
  secret(text: string): pulumi.Input<string>;
}

/**
 * How a kind becomes a Pulumi resource. Loaded only by the Pulumi program. A kind without this facet has no resource:
 * Pulumi leaves its objects alone.
 */
export interface ResourceFacet<Spec extends JsonObject = JsonObject> {
  register(logicalName: string, spec: Spec, context: ResourceContext): NamedResource;
}
