import type { Mark } from "./mark.ts";

export type Severity = "error" | "warning" | "info";

/** A problem in the user's files: what is wrong, why it matters, what to do. Problems are values; nothing throws them. */
export interface Diagnostic {
  /** Stable id: the rule's file name, its page and its suppression. */
  readonly rule: string;
  readonly severity: Severity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly mark: Mark;
}

export type Report = (diagnostic: Diagnostic) => void;

/** What `explain` and docs/rules.md say of everything that can be reported under one id. */
export interface Page {
  readonly id: string;
  readonly severity: Severity;
  /** What it finds, in one sentence. */
  readonly summary: string;
  /** What happens to messages or people when nobody acts. */
  readonly why: string;
  readonly fix: string;
  /** A broker or an engine refuses it, so nobody can turn it off or allow it. */
  readonly structural?: true;
}
