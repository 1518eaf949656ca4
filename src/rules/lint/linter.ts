import type { Model } from "../../plan/model.ts";
import type { Report } from "../../topology/diagnostic.ts";
import { rules } from "../index.generated.ts";
import { Allowances } from "./allowances.ts";
import type { Severities } from "./settings.ts";

/** Runs every rule over compiled topologies: the same files as several environments see them. */
export class Linter {
  private readonly severities: Severities;
  private readonly allowances = new Allowances();

  constructor(severities: Severities) {
    this.severities = severities;
  }

  check(model: Model, report: Report): void {
    const say = this.inThisProject(report);
    for (const { source } of [...model.files, ...(model.environment ? [model.environment] : [])])
      this.allowances.read(source, say);
    for (const { id, severity, why, fix, structural, check } of rules) {
      if (this.severities.get(id) === "off") continue;
      check(model, (finding) => {
        if (!structural && this.allowances.allows(id, finding.mark)) return;
        say({ rule: id, severity, why, fix, ...finding });
      });
    }
  }

  /** Reports the comments that allowed nothing in any of the topologies checked so far. */
  reportUnused(report: Report): void {
    this.allowances.reportUnused(this.inThisProject(report));
  }

  private inThisProject(report: Report): Report {
    return (diagnostic) => {
      const severity = this.severities.get(diagnostic.rule) ?? diagnostic.severity;
      if (severity !== "off") report({ ...diagnostic, severity });
    };
  }
}
