import type { Origin } from "../plan/plan.ts";

type Properties = Record<string, unknown>;

/** A whole file of SARIF 2.1.0. */
export const sarifLog = (rules: readonly Properties[], results: readonly Properties[]): Properties => ({
  $schema: "https://json.schemastore.org/sarif-2.1.0.json",
  version: "2.1.0",
  runs: [{ tool: { driver: { name: "Queueform", rules } }, columnKind: "utf16CodeUnits", results }],
});

/** The message and the place of a result. Code scanning refuses one without a place, so Pulumi.yaml stands for none. */
export const said = (
  text: string,
  { file, line, column }: Origin = { file: "Pulumi.yaml", line: 1, column: 1 },
): Properties => ({
  // Brackets would be read as a link.
  message: { text: text.replace(/[\\[\]]/g, "\\$&") },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" },
        region: { startLine: line, startColumn: column },
      },
    },
  ],
});
