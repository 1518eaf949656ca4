import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Admin } from "@platformatic/kafka";
import { vi } from "vitest";
import { runCommand } from "../../src/sandbox/command.ts";
import { kafkaJars } from "../../src/sandbox/native/kafka-jars.ts";
import { freePort } from "../../src/sandbox/ports.ts";
import { startServer, stopServer } from "../../src/sandbox/process.ts";
import type { KafkaState } from "../../src/sandbox/state.ts";

/** A broker that can be stopped and started again while the first one, which is the controller, goes on. */
export interface SecondKafka {
  /** As broker 2, with what it had when it was stopped; returns when the cluster knows it. */
  start(): Promise<void>;
  /** At once, as when a machine dies. */
  stop(): Promise<void>;
}

const name = "kafka-2";
const work = { progress: () => undefined };

/** Makes a second broker for the Kafka that a sandbox runs as a process in `directory`. */
export async function secondKafka(directory: string, first: KafkaState): Promise<SecondKafka> {
  const { java, jars } = await kafkaJars(work);
  const settings = readFileSync(join(directory, "kafka/server.properties"), "utf8");
  const data = join(directory, name);
  const listener = `127.0.0.1:${await freePort()}`;
  const own: Readonly<Record<string, string>> = {
    "process.roles": "broker",
    "node.id": "2",
    listeners: `PLAINTEXT://${listener}`,
    "advertised.listeners": `PLAINTEXT://${listener}`,
    "log.dirs": data,
  };
  const properties = join(directory, `${name}.properties`);
  const kept = settings.split("\n").filter((line) => !Object.hasOwn(own, line.split("=")[0]!));
  const added = Object.entries(own).map(([setting, value]) => `${setting}=${value}`);
  writeFileSync(properties, [...kept, ...added, ""].join("\n"));
  const program = [java, "-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData"];
  const classes = [`-Djava.io.tmpdir=${directory}`, "-cp", `${jars}/*`];
  const format = [
    "kafka.tools.StorageTool",
    "format",
    "--cluster-id",
    first.identity,
    "--config",
    properties,
  ];
  await runCommand([...program, ...classes, ...format], { purpose: "Preparing the second broker" }, work);
  return {
    start: async () => {
      const command = [...program, ...classes, "kafka.Kafka", properties];
      const environment = { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" };
      const server = startServer(directory, { name, command, environment });
      const admin = new Admin({ clientId: "test", bootstrapBrokers: [...first.bootstrap] });
      const untilKnown = async (): Promise<void> => {
        const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
        if (!brokers.has(2)) throw new Error(`The cluster doesn't know the second broker: ${server.log}`);
      };
      await vi.waitFor(untilKnown, { timeout: 60_000, interval: 500 });
      await admin.close();
    },
    stop: async () => void (await stopServer(directory, name, false)),
  };
}
