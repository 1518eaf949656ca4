import { isManaged, principalOf } from "../environment/access.ts";
import { kafkaRoles } from "../patterns/apps/kafka-roles.ts";
import { rabbitmqRoles } from "../patterns/apps/rabbitmq-roles.ts";
import { namedValues, textOf } from "../topology/file.ts";
import type { Mark } from "../topology/mark.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "app-is-own-login",
  severity: "error",
  summary: "An application or a user in the files would be the one that Queueform itself logs in with.",
  why: "Its password and rights would be taken from Queueform, which could then mend nothing any more.",
  fix: "Give the application another name, or set a principal such as {app}-prod in the stack file. Leave the user out of users.",
  structural: true,
  check: ({ files, all, environment }, report) => {
    if (!environment) return;
    const { rabbitmq, kafka } = environment.clusters;
    const complain = (app: string, name: string, mark: Mark): void =>
      report({
        what: `The application "${app}" would become the user "${name}", with which Queueform itself logs in.`,
        mark,
      });
    const seen = new Set<string>();
    for (const { app, cluster, mark } of rabbitmqRoles(files, all)) {
      const settings = rabbitmq.get(cluster);
      const name = principalOf(settings, app);
      if (!isManaged(environment, "rabbitmq", cluster) || name !== settings?.username) continue;
      if (!seen.has(cluster)) complain(app, name, mark);
      seen.add(cluster);
    }
    for (const file of files) {
      const cluster = textOf(file, ["rabbitmq", "cluster"], "main");
      const login = isManaged(environment, "rabbitmq", cluster) && rabbitmq.get(cluster)?.username;
      for (const { name, mark } of namedValues(file, "rabbitmq", "users"))
        if (name === login)
          report({
            what: `The files would make the user "${name}", with which Queueform itself logs in.`,
            mark,
          });
    }
    for (const { app, cluster, mark } of kafkaRoles(files, all)) {
      const settings = kafka.get(cluster);
      const name = principalOf(settings, app);
      if (isManaged(environment, "kafka", cluster) && name === settings?.sasl?.username)
        complain(app, name, mark);
    }
  },
};
