import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kafkaSettings } from "../kafka-settings.ts";
import { kubeconfigFor, readKubeconfig } from "../kubeconfig.ts";
import { freePort } from "../ports.ts";
import { hashOf, randomClusterId, randomPassword } from "../random.ts";
import { defaultRedisConf } from "../redis-conf.ts";
import type { Part, PartStates, SandboxState } from "../state.ts";
import { kafkaVersion, kubernetesVersion, rabbitmqSeries } from "../versions.ts";
import {
  untilKafkaAnswers,
  untilKubernetesAnswers,
  untilRabbitmqAnswers,
  untilRedisAnswers,
} from "../wait.ts";
import type { SandboxWork } from "../work.ts";
import { compose } from "./engine.ts";

/** How a part runs in a container. Its data is in the volumes that its image declares, which go with the container. */
export interface PartContainer<P extends Part> {
  /** Its entry in the compose file. */
  service: Record<string, unknown>;
  /** Waits until the container answers, and tells how to reach it. */
  confirm: () => Promise<PartStates[P]>;
}

type Describe<P extends Part> = (sandbox: SandboxWork, known?: PartStates[P]) => Promise<PartContainer<P>>;

const loopback = "127.0.0.1";
const redisVersion = "8";
const rabbitmqImages = { "4": "rabbitmq:4.1-management", "3.10": "rabbitmq:3.10-management" };

const rabbitmq: Describe<"rabbitmq"> = async (sandbox, known) => {
  const amqpPort = known?.amqpPort ?? (await freePort());
  const managementPort = known ? Number(new URL(known.endpoint).port) : await freePort();
  const password = known?.password ?? randomPassword();
  const username = "queueform";
  return {
    service: {
      image: rabbitmqImages[rabbitmqSeries(known, sandbox.rabbitmqVersion)],
      // Part of the cluster's name, by which environments tell one broker from another.
      hostname: `queueform-${hashOf(sandbox.directory)}`,
      environment: { RABBITMQ_DEFAULT_USER: username, RABBITMQ_DEFAULT_PASS: password },
      ports: [`${loopback}:${amqpPort}:5672`, `${loopback}:${managementPort}:15672`],
    },
    confirm: () => {
      const endpoint = `http://${loopback}:${managementPort}`;
      return untilRabbitmqAnswers({ endpoint, amqpPort, username, password }, sandbox);
    },
  };
};

const kafka: Describe<"kafka"> = async (sandbox, known) => {
  const identity = known?.identity ?? randomClusterId();
  const port = known ? Number(known.bootstrap[0]!.split(":")[1]) : await freePort();
  const address = `${loopback}:${port}`;
  const loginPort = known?.loginBootstrap ? Number(known.loginBootstrap[0]!.split(":")[1]) : await freePort();
  const login = `${loopback}:${loginPort}`;
  const settings = kafkaSettings({
    // The same port inside and outside: the broker also talks to itself at its advertised address.
    listen: `0.0.0.0:${port}`,
    advertised: address,
    loginListen: `0.0.0.0:${loginPort}`,
    loginAdvertised: login,
    controller: "127.0.0.1:9093",
    data: "/var/lib/kafka/data",
  });
  const variables = Object.entries(settings).map(([name, value]) => [
    // How the image spells a setting's name as a variable.
    `KAFKA_${name.replaceAll("_", "__").replaceAll("-", "___").replaceAll(".", "_").toUpperCase()}`,
    value,
  ]);
  return {
    service: {
      image: `apache/kafka:${kafkaVersion}`,
      environment: { CLUSTER_ID: identity, ...Object.fromEntries(variables) },
      ports: [`${address}:${port}`, `${login}:${loginPort}`],
    },
    confirm: async () => {
      await untilKafkaAnswers(address, sandbox);
      return { bootstrap: [address], loginBootstrap: [login], identity, version: kafkaVersion };
    },
  };
};

const redis: Describe<"redis"> = async (sandbox, known) => {
  const port = known?.port ?? (await freePort());
  const directory = join(sandbox.directory, "redis");
  const file = join(directory, "redis.conf");
  const conf = sandbox.redisConf ?? (existsSync(file) ? readFileSync(file, "utf8") : defaultRedisConf);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, conf);
  const overrides = ["--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--dir", "/data"];
  return {
    service: {
      image: `valkey/valkey:${redisVersion}`,
      command: ["valkey-server", "/etc/redis.conf", ...overrides, "--daemonize", "no", "--logfile", ""],
      volumes: [`${file}:/etc/redis.conf:ro`],
      ports: [`${loopback}:${port}:6379`],
      // What is in the file is no part of the service; this makes another file another service.
      labels: { "queueform.redis-conf": hashOf(conf) },
    },
    confirm: async () => {
      await untilRedisAnswers(port, sandbox);
      return { host: loopback, port, version: redisVersion, directory: "/data" };
    },
  };
};

const kubernetes: Describe<"kubernetes"> = async (sandbox, known) => {
  const directory = join(sandbox.directory, "kubernetes");
  const tokens = join(directory, "tokens.csv");
  const before = known && readKubeconfig(known.kubeconfig);
  const port = before ? Number(new URL(before.server).port) : await freePort();
  const token = before?.token ?? randomPassword();
  mkdirSync(directory, { recursive: true });
  writeFileSync(tokens, `${token},queueform,queueform,"system:masters"\n`, { mode: 0o600 });
  return {
    service: {
      image: `rancher/k3s:v${kubernetesVersion}-k3s1`,
      command: [
        "server",
        "--disable=traefik,servicelb,metrics-server",
        "--kube-apiserver-arg=token-auth-file=/etc/queueform/tokens.csv",
      ],
      privileged: true,
      tmpfs: ["/run", "/var/run"],
      volumes: [`${tokens}:/etc/queueform/tokens.csv:ro`],
      ports: [`${loopback}:${port}:6443`],
    },
    confirm: () => {
      const readAuthority = [
        "exec",
        "-T",
        "kubernetes",
        "cat",
        "/var/lib/rancher/k3s/server/tls/server-ca.crt",
      ];
      const access = async (): Promise<string> => {
        await sleep(500);
        const authority = await compose(sandbox.directory, readAuthority, sandbox);
        return kubeconfigFor(`https://${loopback}:${port}`, Buffer.from(authority), token);
      };
      return untilKubernetesAnswers(join(directory, "kubeconfig"), access, sandbox);
    },
  };
};

const containers: { [P in Part]: Describe<P> } = { rabbitmq, kafka, redis, kubernetes };

/** The container of a part, with the ports and secrets that it has in the sandbox's state. */
export function containerOf<P extends Part>(
  part: P,
  sandbox: SandboxWork,
  state: SandboxState,
): Promise<PartContainer<P>> {
  const describe: Describe<P> = containers[part];
  return describe(sandbox, state[part] as PartStates[P] | undefined);
}
