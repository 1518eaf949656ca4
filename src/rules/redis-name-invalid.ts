import { kind } from "../kinds/redis-server/definition.ts";
import { defaultNamespace, type RedisServerValue } from "../kinds/redis-server/value.ts";
import type { Declared } from "../topology/file.ts";
import { keyMarkOf, markOf } from "../topology/mark.ts";
import type { Finding, Rule } from "./rule.ts";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Kubernetes puts "redis-<name>-" and ten more characters into a label of the pod, which holds 63. */
const longestName = 46;
const longestNamespace = 63;

export const rule: Rule = {
  id: "redis-name-invalid",
  severity: "error",
  summary: "Kubernetes refuses the name of a Redis, its namespace or a label.",
  why: "None of its objects can be created.",
  fix: "Use lower-case letters, digits and hyphens, not at the ends.",
  structural: true,
  check: ({ files }, report) => {
    for (const server of files.flatMap(kind.declare)) {
      for (const finding of findings(server)) report(finding);
    }
  },
};

function* findings({ name, value, mark }: Declared<RedisServerValue>): Generator<Finding> {
  if (!label.test(name) || name.length > longestName) {
    yield {
      what: `A Redis can't be called "${name}".`,
      why: "Its name becomes part of names and labels in Kubernetes, which refuses others.",
      fix: `Use lower-case letters, digits and hyphens, not at the ends, at most ${longestName}.`,
      mark,
    };
  }
  const namespace = value.namespace ?? defaultNamespace;
  const at = markOf(value, "namespace") ?? mark;
  if (!label.test(namespace) || namespace.length > longestNamespace) {
    yield {
      what: `A namespace can't be called "${namespace}".`,
      why: "Kubernetes refuses it.",
      fix: `Use lower-case letters, digits and hyphens, not at the ends, at most ${longestNamespace}.`,
      mark: at,
    };
  } else if (value.createNamespace === true && (namespace === "default" || namespace.startsWith("kube-"))) {
    yield {
      what: `The namespace "${namespace}" can't be made here.`,
      why: "It belongs to Kubernetes: it is always there, and deleting it with this Redis would take down much else.",
      fix: "Name a namespace of your own, or remove createNamespace.",
      mark: keyMarkOf(value, "createNamespace") ?? at,
    };
  }
  for (const key of Object.keys(value.allowFrom ?? {})) {
    if (labelKey.test(key)) continue;
    yield {
      what: `"${key}" is not the name of a label.`,
      why: "Kubernetes refuses it, and no pod could carry it.",
      fix: "Write a name as pods carry it, for example app.kubernetes.io/name.",
      mark: value.allowFrom ? (keyMarkOf(value.allowFrom, key) ?? mark) : mark,
    };
  }
}
