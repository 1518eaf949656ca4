import type { Found } from "../adopt/found.ts";
import type { Environment } from "../environment/environment.ts";
import { environmentNames } from "../environment/read.ts";

/** What holds the password of a RabbitMQ that no stack file tells about yet. */
export const passwordSecret = "RABBITMQ_PASSWORD";

/** What to do with the written files, a sentence each. */
export function nextSteps(
  found: Found,
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
      ? []
      : [
          `Say in stacks/Pulumi.${name}.yaml, under config, queueform:environment, where the brokers are: ${stackLines(found)}`,
        ]),
    ...(environment && environment.overlay.length > 0
      ? [
          `Take out of the overlay in ${environment.source.path} what the files now say: it goes on changing them.`,
        ]
      : []),
    `See that nothing differs: queueform drift --env ${name} ${out}`,
    ...(hasUsers
      ? [
          "Applications become users only where the stack file says access: managed; set their passwords as secrets before.",
        ]
      : []),
  ];
}

function stackLines({ objects }: Found): string {
  const clusters = [...new Set(objects.map(({ kind, cluster }) => `${kind.split("-")[0]} ${cluster}`))];
  return clusters
    .map((one) => {
      const [broker, cluster] = one.split(" ");
      return broker === "kafka"
        ? `kafka: { ${cluster}: { bootstrap: [host:9093] } }`
        : `rabbitmq: { ${cluster}: { endpoint: "https://host:15671", username: queueform, password: "\${secret:${passwordSecret}}" } }`;
    })
    .join(", ");
}
