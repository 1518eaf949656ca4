import { comment } from "./comment.ts";
import { deploy } from "./deploy.ts";
import { drift } from "./drift.ts";
import { review } from "./review.ts";
import { type Broker, workflowFile } from "./steps.ts";

/** The GitHub workflows of a project, by path; without shared environments there is nothing to deploy to. */
export function workflows(
  environments: readonly string[],
  brokers: readonly Broker[],
): ReadonlyMap<string, string> {
  const files = new Map([
    [workflowFile("review"), review()],
    [workflowFile("comment"), comment()],
  ]);
  if (environments.length > 0) {
    files.set(workflowFile("deploy"), deploy(environments, brokers));
    files.set(workflowFile("drift"), drift(environments, brokers));
  }
  return files;
}
