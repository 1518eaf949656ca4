import type { ReleasePlan } from "../stack/release.ts";
import { approvalJson, renderUnused } from "./gate.ts";
import type { Paint } from "./style.ts";

/** What was released and what was not, with what to do next. */
export function renderRelease(
  { release, released, refused, unused }: ReleasePlan,
  environment: string,
  paint: Paint,
): string {
  const lines = [
    ...release.map(({ key }) => `${paint("green", "released")}  ${key}: Pulumi may delete it now.`),
    ...released.map(({ key }) => `${paint("dim", "released")}  ${key}: Pulumi may delete it already.`),
    ...refused.map(({ approval, reason }) => `${paint("red", "kept")}      ${approval.object}: ${reason}`),
  ];
  const next =
    release.length + released.length > 0
      ? `Next: pulumi preview --json -s ${environment} > preview.json && queueform gate preview.json --env ${environment} && pulumi up -s ${environment}\n`
      : "";
  return `${lines.map((line) => `${line}\n`).join("")}${renderUnused(unused)}${next}`;
}

/** For `--output json`. */
export function releaseJson({
  release,
  released,
  refused,
  unused,
  problems,
}: ReleasePlan): Record<string, unknown> {
  return {
    released: [...release, ...released].map(({ key, urn }) => ({ key, urn })),
    refused: refused.map(({ approval, reason }) => ({ approval: approvalJson(approval), reason })),
    unused: unused.map(approvalJson),
    problems,
  };
}
