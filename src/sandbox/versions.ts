import { SandboxError } from "./error.ts";
import type { RabbitmqState } from "./state.ts";

/** The Kafka that a sandbox runs: the newest whose jars are published and that runs on Java 17. */
export const kafkaVersion = "4.4.0";
/** The Kubernetes that a sandbox builds and runs. */
export const kubernetesVersion = "1.36.3";

/** The series of RabbitMQ to run. Throws SandboxError when the sandbox has the data of another. */
export function rabbitmqSeries(
  known: RabbitmqState | undefined,
  wanted: "4" | "3.10" | undefined,
): "4" | "3.10" {
  if (!known) return wanted ?? "4";
  const series = known.version.startsWith("4.") ? "4" : "3.10";
  if (wanted === undefined || wanted === series) return series;
  throw new SandboxError(
    `RabbitMQ ${wanted} is wanted, but this sandbox has the data of ${known.version}, which another series can't take \
over. Run \`queueform sandbox down\` first.`,
  );
}
