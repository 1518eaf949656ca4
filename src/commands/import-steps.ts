import type { Adopted } from "../adopt/adopt.ts";
import type { Found } from "../adopt/found.ts";
import type { Environment } from "../environment/environment.ts";
import { environmentNames } from "../environment/read.ts";

/** What the password for a management API is called. */
export const passwordSecret = "RABBITMQ_PASSWORD";

/** What is to be done after an import that wrote files, a sentence each. */
export function nextSteps(
  found: Found,
  { principals }: Adopted,
  written: readonly string[],
  out: string,
  environment: Environment | undefined,
  directory: string,
): string[] {
  if (written.length === 0) return [];
  const known = environmentNames(directory);
  const name = environment?.name ?? known[0] ?? "ENV";
  const hasUsers = found.objects.some(({ kind }) => kind.endsWith("-user"));
  return [
    `Look through the files, and say who owns them: queueform validate ${out}`,
    ...(environment
      ? [...principals].map(
          ([cluster, principal]) =>
            `Say principal: "${principal}" of the Kafka cluster "${cluster}" in ${environment.source.path}: applications log in with certificates there.`,
        )
      : [
          `Say in stacks/Pulumi.${name}.yaml, under config, queueform:environment, where the brokers are: ${stackLines(found, principals)}`,
        ]),
    ...(environment && environment.overlay.length > 0
      ? [
          `Take out of the overlay in ${environment.source.path} what the files now say: it goes on changing them.`,
        ]
      : []),
    `See that nothing differs: queueform drift --env ${name} ${out}`,
    ...(hasUsers
      ? [
          "Users and their rights are made only where the stack file says access: managed; set their passwords as secrets before.",
        ]
      : []),
  ];
}

function stackLines({ objects }: Found, principals: Adopted["principals"]): string {
  const clusters = [...new Set(objects.map(({ kind, cluster }) => `${kind.split("-")[0]} ${cluster}`))];
  return clusters
    .map((one) => {
      const [broker, cluster = ""] = one.split(" ");
      const principal = principals.get(cluster);
      return broker === "kafka"
        ? `kafka: { ${cluster}: { bootstrap: [host:9093]${principal === undefined ? "" : `, principal: "${principal}"`} } }`
        : `rabbitmq: { ${cluster}: { endpoint: "https://host:15671", username: queueform, password: "\${secret:${passwordSecret}}" } }`;
    })
    .join(", ");
}
