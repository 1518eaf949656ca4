import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../command.ts";
import { kafkaSettings } from "../kafka-settings.ts";
import { freePort } from "../ports.ts";
import { startServer } from "../process.ts";
import { randomClusterId } from "../random.ts";
import { kafkaVersion } from "../versions.ts";
import { untilKafkaAnswers } from "../wait.ts";
import { kafkaJars } from "./kafka-jars.ts";
import type { NativePart } from "./part.ts";

const javaOptions = [
  // Starts in seconds rather than runs fast for days.
  "-Xms64m",
  "-Xmx1g",
  "-XX:TieredStopAtLevel=1",
  "-XX:+UseSerialGC",
  "-Xshare:auto",
  // Java leaves a file in the system's temporary folder otherwise.
  "-XX:-UsePerfData",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

export const kafka: NativePart<"kafka"> = {
  servers: ["kafka"],
  start: async (sandbox, known) => {
    const { java, jars } = await kafkaJars(sandbox);
    sandbox.progress("Starting Kafka");
    const address = `127.0.0.1:${await freePort(portIn(known?.bootstrap))}`;
    const login = `127.0.0.1:${await freePort(portIn(known?.loginBootstrap))}`;
    const identity = known?.identity ?? randomClusterId();
    const directory = join(sandbox.directory, "kafka");
    const properties = join(directory, "server.properties");
    const settings = kafkaSettings({
      listen: address,
      advertised: address,
      loginListen: login,
      loginAdvertised: login,
      controller: `127.0.0.1:${await freePort()}`,
      data: join(directory, "data"),
    });
    mkdirSync(directory, { recursive: true });
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(properties, lines.join(""));
    const program = [java, ...javaOptions, `-Djava.io.tmpdir=${directory}`, "-cp", `${jars}/*`];
    if (!known) {
      const format = ["kafka.tools.StorageTool", "format", "--cluster-id", identity, "--config", properties];
      await runCommand([...program, ...format], { purpose: "Preparing Kafka's data folder" }, sandbox);
    }
    const server = startServer(sandbox.directory, {
      name: "kafka",
      command: [...program, "kafka.Kafka", properties],
      environment: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" },
    });
    await untilKafkaAnswers(address, sandbox, [server]);
    return { bootstrap: [address], loginBootstrap: [login], identity, version: kafkaVersion };
  },
};

const portIn = (bootstrap: readonly string[] | undefined): number | undefined =>
  bootstrap && Number(bootstrap[0]!.split(":")[1]);
