import type { Environment } from "../environment/environment.ts";
import type { Section } from "../kinds/kind.ts";
import type { Declaration, TopologyFile } from "../topology/file.ts";
import type { JsonObject } from "../topology/json.ts";

/** What a pattern may know beside the declarations. */
export interface PatternContext {
  readonly files: readonly TopologyFile[];
  /** Absent when the topology is checked without a stack file. */
  readonly environment?: Environment;
}

/** Something people ask for in a word or two, expanded into the objects that brokers know. */
export interface Pattern {
  /** Also the file's name. */
  readonly id: string;
  /** A block of names of its own, for what is no object by itself. */
  readonly section?: Section;
  /** Words it adds to the entries of a kind's section. */
  readonly adds?: { readonly kind: string; readonly properties: JsonObject };
  /** Returns all declarations, completed: it may change some and add others. */
  expand(declarations: readonly Declaration[], context: PatternContext): Declaration[];
}
