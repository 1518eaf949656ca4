import { createHash } from "node:crypto";
import type { Origin } from "../../plan/plan.ts";
import { type Annotation, annotations } from "../annotations.ts";
import { renderField } from "../fields.ts";
import { said, sarifLog } from "../sarif.ts";
import type { DriftDocument } from "./document.ts";
import { nameOf, stateRows } from "./pretty.ts";
import { isIncomplete } from "./verdict.ts";

const titles = {
  changed: "Changed on the broker",
  missing: "Missing on the broker",
  unmanaged: "On the broker, in no file",
  "not-checked": "Could not be checked",
  state: "Pulumi's state and the brokers don't agree",
} as const;

interface Finding {
  readonly rule: keyof typeof titles;
  readonly level: "error" | "warning";
  readonly message: string;
  /** Tells it from others; messages hold values that change from day to day. */
  readonly what: readonly string[];
  readonly place?: Origin;
}

/** What tools for code reviews show, the worst first. */
function findingsOf(document: DriftDocument): Finding[] {
  const { clusters, changed, missing, unmanaged, unchecked } = document;
  return [
    ...changed.map(({ key, fields, origin, outcome }): Finding => {
      const place = fields.find((field) => field.origin)?.origin ?? origin;
      return {
        rule: "changed",
        level: "error",
        message: `${key}: ${fields.map((field) => `${renderField(field)}. `).join("")}${outcome.sentence}`,
        what: [key, ...fields.map(({ field }) => field)],
        ...(place && { place }),
      };
    }),
    ...missing.map(({ key, origin, outcome }): Finding => ({
      rule: "missing",
      level: "error",
      message: `${key}: ${outcome.sentence}`,
      what: [key],
      ...(origin && { place: origin }),
    })),
    ...clusters.filter(isIncomplete).map((cluster): Finding => ({
      rule: "not-checked",
      level: "error",
      message: `${nameOf(cluster)}: ${cluster.reason}`,
      what: [nameOf(cluster)],
    })),
    ...unchecked
      .filter(({ cause }) => cause === "not-allowed")
      .map(({ key, reason }): Finding => ({
        rule: "not-checked",
        level: "error",
        message: `${key}: ${reason}`,
        what: [key],
      })),
    ...stateRows(document).map((row): Finding => ({
      rule: "state",
      level: "warning",
      message: row,
      what: [row],
    })),
    ...unmanaged.map(({ key }): Finding => ({
      rule: "unmanaged",
      level: "warning",
      message: `${key} is on the broker and in no file. Declare it, delete it, or say in queueform.ignore.yaml why it may stay.`,
      what: [key],
    })),
  ];
}

/** GitHub reads no more of one run. */
const maximumResults = 5000;

/** SARIF 2.1.0 for code scanning: a rule for each pile. */
export function sarifOf(document: DriftDocument): Record<string, unknown> {
  const rules = Object.entries(titles).map(([id, text]) => ({ id, shortDescription: { text } }));
  const results = findingsOf(document)
    .slice(0, maximumResults)
    .map(({ rule, level, message, what, place }) => ({
      ruleId: rule,
      ruleIndex: rules.findIndex(({ id }) => id === rule),
      level,
      ...said(`${message} (${document.environment})`, place),
      partialFingerprints: {
        "queueform/v1": createHash("sha256")
          .update(JSON.stringify([document.environment, rule, what]))
          .digest("hex"),
      },
    }));
  return sarifLog(rules, results);
}

/** Marks the lines that declare what differs. */
export function annotationsOf(document: DriftDocument): string {
  return annotations(
    findingsOf(document).map(({ rule, level, message, place }): Annotation => ({
      level,
      message,
      title: `${titles[rule]} in ${document.environment}`,
      ...(place && { place }),
    })),
  );
}
