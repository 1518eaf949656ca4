import type { Origin } from "../plan/plan.ts";

/** A remark that GitHub shows at a line, or at the whole run where there is no line. */
export interface Annotation {
  readonly level: "error" | "warning";
  readonly place?: Origin;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows no more of each level in one step, and says nothing about the others. */
const maximumPerLevel = 10;

/** Workflow commands, those that come first kept where there are too many. */
export function annotations(all: readonly Annotation[]): string {
  const levels = (["error", "warning"] as const).map((level) => all.filter((one) => one.level === level));
  return levels
    .flatMap((group): readonly Annotation[] => {
      const [first] = group;
      if (!first || group.length <= maximumPerLevel) return group;
      const rest = group.length - maximumPerLevel + 1;
      const last = {
        level: first.level,
        title: `${rest} more`,
        message: `${rest} more are in the job summary: GitHub shows ${maximumPerLevel} annotations of a kind.`,
      };
      return [...group.slice(0, maximumPerLevel - 1), last];
    })
    .map(({ level, place, title, message }) => {
      const properties = {
        ...(place && { file: place.file, line: String(place.line), col: String(place.column) }),
        title,
      };
      const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
      return `::${level} ${list.join(",")}::${data(message)}\n`;
    })
    .join("");
}

const data = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
