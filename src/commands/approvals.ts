import { existsSync } from "node:fs";
import { join } from "node:path";
import { environmentNames, readEnvironment } from "../environment/read.ts";
import type { Loaded } from "../load.ts";
import { planOf } from "../plan/model.ts";
import type { Plan } from "../plan/plan.ts";
import { checkApprovals } from "../review/approval-checks.ts";
import { type Approval, readApprovals } from "../review/approvals-file.ts";
import { approvalEntries, approvalsHeader } from "../review/approval-entries.ts";
import { type ApprovalRequest, withApprovals } from "../review/approvals.ts";
import type { Review } from "../review/review.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { approvalsFile, projectDirectory } from "../topology/files.ts";
import type { Console } from "./command.ts";
import { explain } from "./diagnose.ts";

/** What is wrong with topology/approvals.yaml, in the eyes of each environment that was loaded. */
export function approvalDiagnostics(all: readonly Loaded[]): Diagnostic[] {
  const now = new Date();
  const { entries, diagnostics } = readApprovals(projectDirectory(), now);
  const checked = all.flatMap(({ model, environment }) =>
    model && environment ? checkApprovals(entries, environment, planOf(model), now) : [],
  );
  return [...diagnostics, ...checked];
}

/** The approvals of the project; undefined when they can't be read, which has been said on stderr then. */
export function approvalsOrExplain(console: Console): readonly Approval[] | undefined {
  const { entries, diagnostics } = readApprovals(projectDirectory(), new Date());
  if (diagnostics.length === 0) return entries;
  explain(diagnostics, console);
  return undefined;
}

/** The review with its approvals, where Pulumi owns the environment: nobody has to approve anywhere else. */
export function approved(review: Review, before: Plan, after: Plan, approvals: readonly Approval[]): Review {
  const { environment } = review;
  const directory = projectDirectory();
  if (environment === undefined || !environmentNames(directory).includes(environment)) return review;
  // What is wrong with the stack file has been said when the files were loaded.
  if (readEnvironment(directory, environment, () => undefined)?.engine !== "pulumi") return review;
  const own = approvals.filter((approval) => approval.environment === environment);
  return withApprovals(review, before, after, own, new Date());
}

/** What to paste into topology/approvals.yaml, or the whole file where there is none. */
export function newApprovals(requests: readonly ApprovalRequest[], directory: string): string {
  const entries = approvalEntries(requests, new Date());
  const isNew = !existsSync(join(directory, "topology", approvalsFile));
  return isNew && requests.length > 0 ? `${approvalsHeader}${entries}` : entries;
}
