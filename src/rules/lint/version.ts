import { textOf, type TopologyFile } from "../../topology/file.ts";

/** The RabbitMQ that a file is for, as "4.0". */
export const rabbitmqVersion = (file: TopologyFile): string => textOf(file, ["rabbitmq", "version"], "4.0");

/** Whether a file is for this RabbitMQ ("4.3") or a newer one. */
export function isRabbitmq(file: TopologyFile, least: string): boolean {
  const [major = 0, minor = 0] = rabbitmqVersion(file).split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
