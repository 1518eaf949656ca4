import type { ReviewDocument } from "./document.ts";
import { causingPlace, levelOf, messageOf } from "./sarif.ts";
import { sectionsOf } from "./sections.ts";
import { isRisky, titleOf } from "./verdict.ts";

/** GitHub shows no more of each kind in one step, and says nothing about the others. */
const maximumPerKind = 10;

/** Workflow commands that mark the lines which cause a risk, the worst first. */
export function renderAnnotations(document: ReviewDocument): string {
  const found = sectionsOf(document).flatMap(({ environments, findings, review }) =>
    findings
      .filter(({ impact }) => isRisky(impact))
      .map((finding) => {
        const where = environments.length > 0 ? ` in ${environments.join(", ")}` : "";
        const place = causingPlace(finding, review.changes);
        return {
          kind: levelOf(finding),
          properties: {
            ...(place && { file: place.file, line: String(place.line), col: String(place.column) }),
            title: `${titleOf(finding.impact)}${where}`,
          },
          message: messageOf(finding),
        };
      }),
  );
  const kinds = ["error", "warning"].map((kind) => found.filter((one) => one.kind === kind));
  return kinds
    .flatMap((group) => {
      if (group.length <= maximumPerKind) return group;
      const rest = group.length - maximumPerKind + 1;
      const last = {
        kind: group[0]!.kind,
        properties: { title: `${rest} more` },
        message: `${rest} more are in the job summary: GitHub shows ${maximumPerKind} annotations of a kind.`,
      };
      return [...group.slice(0, maximumPerKind - 1), last];
    })
    .map(({ kind, properties, message }) => {
      const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
      return `::${kind} ${list.join(",")}::${data(message)}\n`;
    })
    .join("");
}

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
