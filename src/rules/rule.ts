import type { Model } from "../plan/model.ts";
import type { Page, Severity } from "../topology/diagnostic.ts";
import type { Mark } from "../topology/mark.ts";

export interface Finding {
  readonly what: string;
  /** In place of the rule's own, where one case has its own reason. */
  readonly why?: string;
  readonly fix?: string;
  /** In place of the rule's own, for example because the broker's version makes it worse. */
  readonly severity?: Severity;
  readonly mark: Mark;
}

/**
 * One thing that can be wrong with a topology whose words are right. One file, one fixture under test/rules/; the id is
 * also the names of the file and the fixture.
 */
export interface Rule extends Page {
  check(model: Model, report: (finding: Finding) => void): void;
}
