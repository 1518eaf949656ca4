import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../src/load.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";

/** What one rule finds in a topology that stands alone; `body` comes after apiVersion and domain. */
export function findings(rule: string, body: string): Diagnostic[] {
  const directory = mkdtempSync(join(tmpdir(), "queueform-rule-"));
  const path = join(directory, "topology.yaml");
  try {
    writeFileSync(path, `apiVersion: queueform/v1\ndomain: test\n${body}`);
    const { model, diagnostics } = load([path], undefined, directory);
    if (!model) throw new Error(diagnostics.map(({ what }) => what).join("\n"));
    return diagnostics.filter((diagnostic) => diagnostic.rule === rule);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
