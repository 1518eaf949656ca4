import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached } from "../cache.ts";
import { runCommand, succeeds } from "../command.ts";
import { SandboxError } from "../error.ts";
import { kafkaVersion } from "../versions.ts";
import type { Work } from "../work.ts";
import { installPackages } from "./debian.ts";

const oldestJava = 17;

/** The command that runs Java and the folder of Kafka's jars, downloaded the first time. */
export async function kafkaJars(work: Work): Promise<{ java: string; jars: string }> {
  const java = await findJava(work);
  const jars = await cached(`kafka-${kafkaVersion}`, work, async (directory) => {
    if (!(await succeeds(["mvn", "--version"], 30_000))) {
      await installPackages(["maven"], "Install Maven (mvn), which downloads Kafka.", work);
    }
    work.progress(`Downloading Kafka ${kafkaVersion}`);
    writeFileSync(join(directory, "pom.xml"), pom);
    const target = `-DoutputDirectory=${directory}`;
    await runCommand(
      ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime", target],
      { purpose: `Downloading Kafka ${kafkaVersion} with Maven`, directory },
      work,
    );
  });
  return { java, jars };
}

async function findJava(work: Work): Promise<string> {
  const version = await javaVersion(work);
  if (version !== undefined && version >= oldestJava) return "java";
  const found = version === undefined ? "there is none on PATH" : `the one on PATH is ${version}`;
  const advice = `Kafka needs Java ${oldestJava} or newer; ${found}. Install a JDK, or start a container engine.`;
  await installPackages(["default-jre-headless"], advice, work);
  if (((await javaVersion(work)) ?? 0) >= oldestJava) return "java";
  throw new SandboxError(advice);
}

async function javaVersion(work: Work): Promise<number | undefined> {
  const settings = ["/bin/sh", "-c", "java -version 2>&1"];
  const about = await runCommand(settings, { purpose: "Looking for Java" }, work).catch(() => "");
  const version = /version "(\d+)/.exec(about)?.[1];
  return version === undefined ? undefined : Number(version);
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>queueform</groupId>
  <artifactId>sandbox-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
