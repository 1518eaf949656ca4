import type { Report } from "../topology/diagnostic.ts";
import type { TopologyFile } from "../topology/file.ts";
import { checkValue, compileSchema, type Validate } from "../topology/shape.ts";
import { topologySchema } from "./schema.ts";

let topology: Validate | undefined;

/** Checks one topology file against the schema; every deviation is reported at the line that causes it. */
export function checkShape(file: TopologyFile, report: Report): void {
  topology ??= compileSchema(topologySchema());
  checkValue(topology, file.value, report);
}
