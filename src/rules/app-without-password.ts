import { isManaged, usesCertificates } from "../environment/access.ts";
import { kafkaRoles } from "../patterns/apps/kafka-roles.ts";
import { rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import type { Mark } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

interface Named {
  readonly app: string;
  readonly cluster: string;
  readonly mark: Mark;
  readonly passwords: readonly unknown[];
}

export const rule: Rule = {
  id: "app-without-password",
  severity: "error",
  summary: "An application should become a user, and there is no password for it.",
  why: "A user without a password can't log in, and nobody should invent one.",
  fix: 'Name a secret, as in "apps: { web: { password: ${secret:WEB_PASSWORD} } }".',
  structural: true,
  check: ({ files, all, environment }, report) => {
    const complain = (broker: "rabbitmq" | "kafka", roles: readonly Named[]): void => {
      const managed = roles.filter(({ cluster }) => isManaged(environment, broker, cluster));
      const apps = Map.groupBy(managed, ({ cluster, app }) => JSON.stringify([cluster, app]));
      for (const same of apps.values()) {
        if (same.some(({ passwords }) => passwords.length > 0)) continue;
        const { app, cluster, mark } = same[0]!;
        report({
          what: `The application "${app}" has no password on the cluster "${cluster}", where users are made from these files.`,
          fix: `Name a secret, as in "${broker}: { apps: { ${app}: { password: "\${secret:...}" } } }".`,
          mark,
        });
      }
    };
    complain("rabbitmq", rabbitmqRoles(files, all));
    complain(
      "kafka",
      kafkaRoles(files, all).filter(
        ({ cluster }) => !usesCertificates(environment?.clusters.kafka.get(cluster)),
      ),
    );
  },
};
