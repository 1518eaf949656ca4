import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../../src/load.ts";
import { planOf } from "../../../src/plan/model.ts";
import type { PlanObject } from "../../../src/plan/plan.ts";
import type { Diagnostic } from "../../../src/topology/diagnostic.ts";

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  /** [] when there is a problem. */
  readonly objects: readonly PlanObject[];
}

/** Reads, checks and plans topology files whose `redis:` blocks are given as the YAML below them. */
export function checkRedis(...blocks: string[]): Checked {
  const directory = mkdtempSync(join(tmpdir(), "queueform-redis-plan-"));
  try {
    blocks.forEach((block, index) => {
      const indented = block.trim().replaceAll(/^/gm, "  ");
      writeFileSync(
        join(directory, `${index}.yaml`),
        `apiVersion: queueform/v1\ndomain: test\nredis:\n${indented}\n`,
      );
    });
    const { model, diagnostics: found } = load([directory], undefined, directory);
    // Advice about durability and passwords is the rules' own business.
    const diagnostics = found.filter(({ severity }) => severity === "error");
    const usable = model !== undefined && diagnostics.length === 0;
    return { diagnostics, objects: usable ? planOf(model).objects : [] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The planned objects of blocks without any problem. */
export function planRedis(...blocks: string[]): readonly PlanObject[] {
  const { diagnostics, objects } = checkRedis(...blocks);
  if (diagnostics.length > 0)
    throw new Error(diagnostics.map(({ what, fix }) => `${what} ${fix}`).join("\n"));
  return objects;
}
