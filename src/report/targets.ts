import { brokerNames } from "../environment/environment.ts";
import type { Target } from "../live/targets.ts";
import type { Paint } from "./style.ts";

/** One line a cluster: what it is, or what is wrong with it. */
export function renderTargets(targets: readonly Target[], paint: Paint): string {
  return targets
    .map(({ broker, cluster, identity, version, problem, skipped }) => {
      const name = paint("bold", `${brokerNames[broker]} ${cluster}`);
      if (problem !== undefined) return `${paint("red", "✗")} ${name}: ${problem}\n`;
      if (skipped !== undefined) return `${paint("dim", "-")} ${name}: not asked. ${skipped}\n`;
      return `${paint("green", "✓")} ${name}: ${[version && `version ${version}`, identity && `identity ${identity}`].filter(Boolean).join(", ") || "reachable"}\n`;
    })
    .join("");
}
