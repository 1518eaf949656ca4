import type { Page } from "../../topology/diagnostic.ts";
import { rules } from "../index.generated.ts";
import { examples } from "./examples.generated.ts";
import { readingChecks } from "./reading-checks.ts";

export interface RulePage extends Page {
  /** Lines of a topology that it finds, marked; what is found while files are read has none. */
  readonly example?: string;
}

/** Everything that can be reported, by id: rules and what is found while files are read. */
export const pages: ReadonlyMap<string, RulePage> = new Map(
  [...rules, ...readingChecks]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, severity, summary, why, fix, structural }): [string, RulePage] => {
      const example = examples[id];
      return [
        id,
        {
          id,
          severity,
          summary,
          why,
          fix,
          ...(structural && { structural }),
          ...(example !== undefined && { example }),
        },
      ];
    }),
);
