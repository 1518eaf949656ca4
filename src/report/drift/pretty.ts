import { brokerNames } from "../../environment/environment.ts";
import { renderField } from "../fields.ts";
import { harmlessTexts } from "../review/escape.ts";
import { count, type Paint } from "../style.ts";
import type { ChangedObject, ClusterReport, DriftDocument, MissingObject } from "./document.ts";
import { foundIn, hiddenObjects, isIncomplete } from "./verdict.ts";

/**
 * The piles, the worst first; nothing for a pile that is empty. Arrows lead from the broker to the file. Names and values
 * are anybody's: none of them may steer the terminal or look like a line of ours.
 */
export function renderDrift(original: DriftDocument, paint: Paint): string {
  const document = harmlessTexts(original);
  const { clusters, changed, missing, unmanaged, unchecked, warnings, state, unusedIgnores = [] } = document;
  const pile = (title: string, rows: readonly string[]): string =>
    rows.length === 0 ? "" : `${paint("bold", title)}\n${rows.join("")}\n`;
  return [
    pile(
      "Changed on the broker (broker → file)",
      changed.map((change) => changedRow(change, paint)),
    ),
    pile(
      "Missing on the broker",
      missing.map(
        (object) =>
          `  ${paint("red", "-")} ${object.key}${where(object, paint)}\n      ${paint("dim", object.outcome.sentence)}\n`,
      ),
    ),
    pile(
      "On the broker, in no file",
      unmanaged.map(({ key }) => `  ${paint("cyan", "+")} ${key}\n`),
    ),
    pile("Could not be checked", [
      ...clusters
        .filter(isIncomplete)
        .map((cluster) => `  ${paint("red", "✗")} ${nameOf(cluster)}: ${cluster.reason}\n`),
      ...clusters
        .filter(({ state: how }) => how === "skipped")
        .map((cluster) => `  ${paint("dim", "-")} ${nameOf(cluster)}: not asked. ${cluster.reason}\n`),
      ...hiddenObjects(document).map(
        ({ objects, reason }) => `  ${paint("red", "✗")} ${objects}: ${reason}\n`,
      ),
      ...unchecked
        .filter(({ cause }) => cause !== "not-allowed")
        .map(({ key, reason }) => `  ${paint("dim", "?")} ${key}: ${reason}\n`),
    ]),
    pile(
      `Pulumi's state and the brokers don't agree (${state?.path})`,
      stateRows(document).map((row) => `  ${paint("yellow", "!")} ${row}\n`),
    ),
    pile("Not well, though configured as declared", [
      ...warnings.map(
        ({ broker, cluster, key, sentence }) =>
          `  ${paint("yellow", "!")} ${key ?? nameOf({ broker, cluster })}: ${sentence}\n`,
      ),
      ...unusedIgnores.map(
        ({ entry, origin }) =>
          `  ${paint("yellow", "!")} ${origin.file}:${origin.line}: "${entry}" ignores nothing any more. Remove the entry, or it hides the next difference that it fits.\n`,
      ),
    ]),
    pile(
      "To put the brokers right",
      document.repair.map((line) => `  ${line.startsWith("#") ? paint("dim", line) : line}\n`),
    ),
  ].join("");
}

function changedRow(change: ChangedObject, paint: Paint): string {
  const { key, fields, impact, sentence, outcome } = change;
  const lines = fields.map((field) => {
    const through = field.through === undefined ? "" : `  (through ${field.through}, which nobody declared)`;
    return `      ${renderField(field)}${through}${where(field, paint)}\n`;
  });
  const consequence =
    outcome.what === "nothing" || outcome.what === "unseen"
      ? ""
      : `      ${outcome.losesMessages ? paint("red", `${impact}: `) : ""}${sentence}\n`;
  return `  ${paint("yellow", "~")} ${key}${where(change, paint)}\n${lines.join("")}      ${paint("dim", outcome.sentence)}\n${consequence}`;
}

const where = ({ origin }: Pick<MissingObject, "origin">, paint: Paint): string =>
  origin ? paint("dim", `  ${origin.file}:${origin.line}`) : "";

export const nameOf = ({ broker, cluster }: Pick<ClusterReport, "broker" | "cluster">): string =>
  `${brokerNames[broker]} ${cluster}`;

/** Where plan, state and brokers don't agree, in sentences. */
export function stateRows({ state, environment }: DriftDocument): string[] {
  if (!state) return [];
  return [
    ...state.gone.map(
      (key) =>
        `${key}: the state says that it exists, and the broker does not have it. pulumi up does nothing about it; pulumi up --refresh -s ${environment} makes it again.`,
    ),
    ...state.unknown.map(
      (key) =>
        `${key}: on the broker and in the files, but not in the state. pulumi up would try to create it instead of taking it over.`,
    ),
    ...state.undeclared.map(
      (key) =>
        `${key}: in the state and in no file. pulumi up would delete it, or stop if it is protected. Declare it, or let pulumi up go on.`,
    ),
  ];
}

/** One line that says it all, and one for each cluster. */
export function summarizeDrift(document: DriftDocument): string {
  const { environment, clusters, ignored, warnings } = document;
  const parts = foundIn(document);
  const compared = clusters.reduce((sum, cluster) => sum + cluster.compared, 0);
  const declared = clusters.reduce((sum, cluster) => sum + cluster.declared, 0);
  const coverage =
    compared === declared
      ? `${count(declared, "object")} compared`
      : `${compared} of ${count(declared, "object")} compared`;
  const aside = [
    ignored.length > 0 && `${ignored.length} ignored`,
    warnings.length > 0 && count(warnings.length, "warning"),
  ].filter((part) => part !== false);
  const found = parts.length > 0 ? parts.join(", ") : compared === 0 ? "nothing compared" : "no drift";
  return `${environment}: ${found} (${[coverage, ...aside].join(", ")})\n${clusters
    .map((cluster) => `  ${nameOf(cluster)}: ${coverageOf(cluster)}\n`)
    .join("")}`;
}

export const coverageOf = ({ compared, declared, coverage }: ClusterReport): string =>
  `${coverage} % (${compared} of ${declared})`;
