import type { JsonObject } from "../../topology/json.ts";
import type { PolicySpec } from "./definition.ts";

/** What a policy can apply to. */
export interface PolicySubject {
  readonly vhost: string;
  readonly name: string;
  readonly type: "exchange" | "classic" | "quorum" | "stream";
}

const targets: Record<PolicySpec["applyTo"], readonly PolicySubject["type"][]> = {
  all: ["exchange", "classic", "quorum", "stream"],
  exchanges: ["exchange"],
  queues: ["classic", "quorum", "stream"],
  classic_queues: ["classic"],
  quorum_queues: ["quorum"],
  streams: ["stream"],
};

const compiled = new Map<string, RegExp | undefined>();

/** What PCRE calls by name inside of brackets. */
const classes: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  digit: "0-9",
  lower: "a-z",
  space: "\\s",
  upper: "A-Z",
  word: "\\w",
  xdigit: "a-fA-F0-9",
};

function compiledPattern(pattern: string): RegExp | undefined {
  const [, flags = "", rest = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? [];
  const source = rest
    .replace(/\[:([a-z]+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replace(/\\A/g, "^")
    .replace(/\\[zZ]/g, "$");
  for (const mode of ["u", ""]) {
    try {
      return new RegExp(source, mode + flags);
    } catch {
      // Not in this mode.
    }
  }
  return undefined;
}

/** The broker's pattern as a RegExp; undefined when JavaScript can't read it (the broker uses PCRE). */
export function patternOf(policy: Pick<PolicySpec, "pattern">): RegExp | undefined {
  if (!compiled.has(policy.pattern)) {
    compiled.set(policy.pattern, compiledPattern(policy.pattern));
  }
  return compiled.get(policy.pattern);
}

/**
 * Finds the policies that match an object, the winner first. Patterns that only list names, as those that Queueform
 * writes do, are looked up rather than tried one by one: at 10,000 queues that is the difference between seconds and none.
 */
export class PolicyMatcher {
  private readonly byName = new Map<string, PolicySpec[]>();
  private readonly others: PolicySpec[] = [];

  constructor(policies: Iterable<PolicySpec>) {
    for (const policy of policies) {
      const names = listedNames(policy.pattern);
      if (!names) this.others.push(policy);
      for (const name of names ?? []) {
        const known = this.byName.get(name);
        if (known) known.push(policy);
        else this.byName.set(name, [policy]);
      }
    }
  }

  matching(subject: PolicySubject): PolicySpec[] {
    const listed = this.byName.get(subject.name) ?? [];
    const tried = this.others.filter((policy) => patternOf(policy)?.test(subject.name));
    return [...listed, ...tried]
      .filter((policy) => policy.vhost === subject.vhost && targets[policy.applyTo]?.includes(subject.type))
      .toSorted((a, b) => b.priority - a.priority);
  }

  /** What the winner sets; {} without one. */
  effective(subject: PolicySubject): JsonObject {
    return this.matching(subject)[0]?.definition ?? {};
  }
}

const special = /[.*+?^${}()|[\]\\]/g;

/** A pattern that matches exactly these names. */
export function listNames(names: readonly string[]): string {
  return `^(?:${names.map((name) => name.replace(special, "\\$&")).join("|")})$`;
}

/** The names in a pattern that `listNames` made; undefined for any other pattern. */
export function listedNames(pattern: string): string[] | undefined {
  const inner = /^\^\(\?:(.*)\)\$$/su.exec(pattern)?.[1];
  if (inner === undefined) return undefined;
  const names = inner.split(/(?<!\\)\|/).map((name) => name.replace(/\\(.)/gu, "$1"));
  return listNames(names) === pattern ? names : undefined;
}
