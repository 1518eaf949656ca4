import { brokerNames } from "../environment/environment.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import { markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "unknown-cluster",
  severity: "error",
  summary: "A file names a cluster that the environment doesn't have.",
  why: "Nobody would know where to create what this file declares.",
  fix: "Add the cluster to the stack file, or name another cluster.",
  structural: true,
  check: ({ all, files, environment }, report) => {
    if (!environment) return;
    const seen = new Set<string>();
    for (const { kind, cluster, mark } of all) {
      const broker = kinds[kind]?.broker;
      if (!broker || environment.clusters[broker].has(cluster)) continue;
      const id = `${broker}/${cluster}/${mark.source.path}`;
      if (seen.has(id)) continue;
      seen.add(id);
      const file = files.find(({ source }) => source === mark.source);
      report({
        what: `The environment ${environment.name} has no ${brokerNames[broker]} cluster "${cluster}".`,
        why: "Nobody would know where to create what this file declares.",
        fix: `${suggestion(cluster, environment.clusters[broker].keys())}Add clusters.${broker}.${cluster} to ${environment.source.path}, or name another cluster here.`,
        mark: (file && markOf(file.value, broker, "cluster")) ?? mark,
      });
    }
  },
};
