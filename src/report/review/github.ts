import { annotations } from "../annotations.ts";
import type { ReviewDocument } from "./document.ts";
import { causingPlace, levelOf, messageOf } from "./sarif.ts";
import { sectionsOf } from "./sections.ts";
import { isRisky, titleOf } from "./verdict.ts";

/** Workflow commands that mark the lines which cause a risk, the worst first. */
export function renderAnnotations(document: ReviewDocument): string {
  const found = sectionsOf(document).flatMap(({ environments, findings, review }) =>
    findings
      .filter(({ impact }) => isRisky(impact))
      .map((finding) => {
        const where = environments.length > 0 ? ` in ${environments.join(", ")}` : "";
        const place = causingPlace(finding, review.changes);
        return {
          level: levelOf(finding),
          ...(place && { place }),
          title: `${titleOf(finding.impact)}${where}`,
          message: messageOf(finding),
        };
      }),
  );
  return annotations(found);
}
