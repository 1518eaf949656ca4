import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "./command.ts";
import { SandboxError } from "./error.ts";
import { accepts, askKubernetes, kafkaAnswers, rabbitmqOverview, redisAnswers } from "./probe.ts";
import type { KubernetesState, RabbitmqState } from "./state.ts";
import type { Work } from "./work.ts";

/** A server without which what is waited for will never come. */
interface Awaited {
  log: string;
  hasExited: () => boolean;
}

export interface Waiting<T> {
  /** The part's name as people know it. */
  what: string;
  seconds: number;
  /** What is waited for: undefined or a rejection means "not yet". */
  probe: () => Promise<T | undefined>;
  servers?: readonly Awaited[];
}

/** Asks until there is an answer. Throws SandboxError when a server ends or the time is over. */
export async function waitFor<T>({ what, seconds, probe, servers = [] }: Waiting<T>, work: Work): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    work.signal?.throwIfAborted();
    const answer = await probe().catch(() => undefined);
    if (answer !== undefined) return answer;
    const ended = servers.find((server) => server.hasExited());
    if (ended) throw new SandboxError(`${what} ended while it was starting${logOf([ended])}`);
    if (Date.now() > deadline)
      throw new SandboxError(`${what} did not start within ${seconds} s${logOf(servers)}`);
    await sleep(50);
  }
}

/** Waits for both ports of a RabbitMQ, and completes what is known of it. */
export async function untilRabbitmqAnswers(
  rabbitmq: Omit<RabbitmqState, "identity" | "version">,
  work: Work,
  servers?: readonly Awaited[],
): Promise<RabbitmqState> {
  const probe = async (): ReturnType<typeof rabbitmqOverview> =>
    (await accepts(rabbitmq.amqpPort)) && rabbitmqOverview(rabbitmq);
  const overview = await waitFor({ what: "RabbitMQ", seconds: 90, probe, ...(servers && { servers }) }, work);
  return { ...rabbitmq, identity: overview.cluster_name, version: overview.rabbitmq_version };
}

export async function untilKafkaAnswers(
  address: string,
  work: Work,
  servers?: readonly Awaited[],
): Promise<void> {
  const probe = async (): Promise<true | undefined> => (await kafkaAnswers(address)) || undefined;
  await waitFor({ what: "Kafka", seconds: 60, probe, ...(servers && { servers }) }, work);
}

export async function untilRedisAnswers(
  port: number,
  work: Work,
  servers?: readonly Awaited[],
): Promise<void> {
  const probe = async (): Promise<true | undefined> => (await redisAnswers("127.0.0.1", port)) || undefined;
  await waitFor({ what: "Redis", seconds: 60, probe, ...(servers && { servers }) }, work);
}

/**
 * Waits for an API server, and returns what there is to know of it. `access` makes the text of its kubeconfig, once it
 * can.
 */
export async function untilKubernetesAnswers(
  kubeconfig: string,
  access: () => Promise<string | undefined>,
  work: Work,
  servers?: readonly Awaited[],
): Promise<KubernetesState> {
  const probe = async (): Promise<string | undefined> => {
    const text = await access();
    if (text === undefined) return undefined;
    writeFileSync(kubeconfig, text, { mode: 0o600 });
    await askKubernetes(kubeconfig, "/readyz");
    return askKubernetes(kubeconfig, "/api/v1/namespaces/kube-system");
  };
  const what = "The API server of Kubernetes";
  const namespace = await waitFor({ what, seconds: 90, probe, ...(servers && { servers }) }, work);
  const { metadata } = JSON.parse(namespace) as { metadata: { uid: string } };
  const { gitVersion } = JSON.parse(await askKubernetes(kubeconfig, "/version")) as { gitVersion: string };
  return { kubeconfig, identity: metadata.uid, version: gitVersion.replace(/^v/, "") };
}

function logOf(servers: readonly Awaited[]): string {
  const logs = servers.map(({ log }) => `; the last lines of its log (${log}):\n${lastLines(readLog(log))}`);
  return `${logs.join("")}\nRun \`queueform sandbox down\` to begin anew, then \`queueform sandbox up\`.`;
}

function readLog(path: string): string {
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    return "(no log)";
  }
}
