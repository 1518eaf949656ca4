import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../ports.ts";
import { accepts } from "../probe.ts";
import { startServer } from "../process.ts";
import { hashOf, randomPassword } from "../random.ts";
import { rabbitmqSeries } from "../versions.ts";
import { untilRabbitmqAnswers, waitFor } from "../wait.ts";
import type { NativePart } from "./part.ts";
import { bookworm, inRootfs, rootfs, rootfsEnvironment, trixie } from "./rootfs.ts";

interface Settings {
  clusterName: string;
  amqpPort: number;
  managementPort: number;
  distributionPort: number;
  epmdPort: number;
  username: string;
  password: string;
}

export const rabbitmq: NativePart<"rabbitmq"> = {
  servers: ["rabbitmq", "epmd"],
  isCurrent: (sandbox, known) => rabbitmqSeries(known, sandbox.rabbitmqVersion) !== undefined,
  start: async (sandbox, known) => {
    const series = rabbitmqSeries(known, sandbox.rabbitmqVersion);
    const root = await rootfs(series === "4" ? trixie : bookworm, sandbox);
    sandbox.progress("Starting RabbitMQ");
    const directory = join(sandbox.directory, "rabbitmq");
    const settings: Settings = {
      clusterName: `queueform-${hashOf(sandbox.directory)}`,
      amqpPort: await freePort(known?.amqpPort),
      managementPort: await freePort(known && Number(new URL(known.endpoint).port)),
      distributionPort: await freePort(),
      epmdPort: await freePort(),
      username: "queueform",
      password: known?.password ?? randomPassword(),
    };
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "rabbitmq.conf"), configuration(settings), { mode: 0o600 });
    writeFileSync(join(directory, "enabled_plugins"), "[rabbitmq_management].\n");
    const start = (name: string, ...command: string[]): ReturnType<typeof startServer> =>
      startServer(sandbox.directory, {
        name,
        command: inRootfs(root, directory, command),
        environment: environment(settings),
      });
    // RabbitMQ would start epmd itself, as a daemon that nobody stops.
    const epmd = start("epmd", "epmd", "-port", String(settings.epmdPort), "-address", "127.0.0.1");
    await waitFor(
      { what: "epmd", seconds: 20, probe: () => accepts(settings.epmdPort), servers: [epmd] },
      sandbox,
    );
    const server = start("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server");
    const { amqpPort, managementPort, username, password } = settings;
    const access = { endpoint: `http://127.0.0.1:${managementPort}`, amqpPort, username, password };
    return untilRabbitmqAnswers(access, sandbox, [server]);
  },
};

function configuration({ clusterName, amqpPort, managementPort, username, password }: Settings): string {
  // The first start makes this user in place of "guest".
  return `cluster_name = ${clusterName}
listeners.tcp.1 = 127.0.0.1:${amqpPort}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${managementPort}
default_user = ${username}
default_pass = ${password}
default_user_tags.administrator = true
`;
}

function environment({ clusterName, distributionPort, epmdPort }: Settings): Record<string, string> {
  return {
    ...rootfsEnvironment,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `${clusterName}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONFIG_FILE: "/sandbox/rabbitmq.conf",
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_ENABLED_PLUGINS_FILE: "/sandbox/enabled_plugins",
    RABBITMQ_MNESIA_BASE: "/data",
    RABBITMQ_PID_FILE: "/sandbox/rabbitmq.pid",
    RABBITMQ_LOGS: "-",
    // Idle schedulers sleep at once: these brokers share a laptop with the user's own work.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
    // The start script then becomes the server instead of watching over it as a process of its own.
    RUNNING_UNDER_SYSTEMD: "true",
  };
}
