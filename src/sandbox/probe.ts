import { request } from "node:https";
import { connect } from "node:net";
import { readKubeconfig } from "./kubeconfig.ts";
import type { KubernetesState, Part, PartStates, RabbitmqState, SandboxState } from "./state.ts";

const patience = 2_000;

/** What the management API says of its cluster. Rejects when it can't be reached or refuses the login. */
export async function rabbitmqOverview(
  rabbitmq: Pick<RabbitmqState, "endpoint" | "username" | "password">,
): Promise<{ cluster_name: string; rabbitmq_version: string }> {
  const login = Buffer.from(`${rabbitmq.username}:${rabbitmq.password}`).toString("base64");
  const response = await fetch(`${rabbitmq.endpoint}/api/overview`, {
    headers: { authorization: `Basic ${login}` },
    signal: AbortSignal.timeout(patience),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as { cluster_name: string; rabbitmq_version: string };
}

/** Resolves when something accepts connections on a port of 127.0.0.1, and rejects when nothing does. */
export async function accepts(port: number): Promise<true> {
  await exchange("127.0.0.1", port);
  return true;
}

/** Whether a Kafka broker answers ApiVersions, the first request of every client. */
export async function kafkaAnswers(bootstrap: string): Promise<boolean> {
  const [host, port] = bootstrap.split(":") as [string, string];
  const apiVersions = Buffer.alloc(14);
  apiVersions.writeInt32BE(10, 0);
  apiVersions.writeInt16BE(18, 4);
  apiVersions.writeInt32BE(1, 8);
  apiVersions.writeInt16BE(-1, 12);
  const reply = await exchange(host, Number(port), apiVersions);
  return reply.length >= 10 && reply.readInt32BE(4) === 1 && reply.readInt16BE(8) === 0;
}

/** Whether a Redis answers PING; one that asks for a password first is up as well. */
export async function redisAnswers(host: string, port: number): Promise<boolean> {
  const reply = (await exchange(host, port, Buffer.from("PING\r\n"))).toString();
  return reply.startsWith("+PONG") || reply.startsWith("-NOAUTH");
}

/** Asks the API server of a kubeconfig that a sandbox wrote. Resolves to the body; rejects on any other status than 200. */
export function askKubernetes(kubeconfig: string, path: string): Promise<string> {
  const { server, ca, token } = readKubeconfig(kubeconfig);
  const options = {
    ca,
    headers: { authorization: `Bearer ${token}` },
    timeout: patience,
    // Without it the connection would stay open, and with it the event loop of whoever asked.
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const asked = request(`${server}${path}`, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.once("error", reject);
      response.once("end", () =>
        response.statusCode === 200
          ? resolve(body)
          : reject(new Error(`HTTP ${response.statusCode}: ${body}`)),
      );
    });
    asked.once("timeout", () => asked.destroy(new Error(`no answer within ${patience} ms`)));
    asked.once("error", reject);
    asked.end();
  });
}

const probes: { [P in Part]: (state: PartStates[P]) => Promise<boolean> } = {
  rabbitmq: async (rabbitmq) => (await rabbitmqOverview(rabbitmq)).cluster_name === rabbitmq.identity,
  kafka: (kafka) => kafkaAnswers(kafka.bootstrap[0]!),
  redis: (redis) => redisAnswers(redis.host, redis.port),
  kubernetes: async ({ kubeconfig }: KubernetesState) =>
    (await askKubernetes(kubeconfig, "/readyz")) === "ok",
};

/** Whether a part that a sandbox's state lists really answers. */
export async function answers<P extends Part>(part: P, state: SandboxState): Promise<boolean> {
  const known = state[part] as PartStates[P] | undefined;
  return known !== undefined && (await probes[part](known).catch(() => false));
}

/** Sends bytes and resolves to the first that come back; with nothing to send, to nothing once connected. */
function exchange(host: string, port: number, message?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const finish = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.setTimeout(patience, () => finish(() => reject(new Error(`no answer within ${patience} ms`))));
    socket.once("error", (error) => finish(() => reject(error)));
    socket.once("close", () => reject(new Error("the connection was closed without an answer")));
    socket.once("data", (data) => finish(() => resolve(data)));
    socket.once("connect", () => {
      if (message) socket.write(message);
      else finish(() => resolve(Buffer.alloc(0)));
    });
  });
}
