import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KafkaClient } from "../../src/brokers/kafka.ts";
import { readSandbox, type SandboxState } from "../../src/sandbox/state.ts";
import { startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import { compare, emptyNode, queueform, type Report, seconds } from "./measure.ts";
import { writeProject, writeTopology } from "./topology.ts";

const raw = [process.execPath, join(import.meta.dirname, "raw.ts")];

/** Deletes what the last run made, and waits until the brokers have. */
async function empty(state: SandboxState): Promise<void> {
  const { endpoint, username, password } = state.rabbitmq!;
  await fetch(`${endpoint}/api/vhosts/bench`, {
    method: "DELETE",
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` },
  });
  const client = await KafkaClient.connect({ bootstrap: state.kafka!.bootstrap, tls: false });
  const names = (await client.topics()).filter(({ internal }) => !internal).map(({ name }) => name);
  if (names.length > 0) await client.deleteTopics(names);
  while ((await client.topics()).some(({ internal }) => !internal))
    await new Promise((resolve) => setTimeout(resolve, 200));
  await client.close();
}

/** What talks to brokers, as a ratio to the brokers' own bulk calls. */
export async function benchBrokers(report: Report, directory: string): Promise<void> {
  const small = join(directory, "small");
  writeProject(small, 1000);
  const sandbox = join(small, ".queueform/sandbox/bench");
  await startSandbox({
    directory: sandbox,
    parts: ["rabbitmq", "kafka"],
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    const state = readSandbox(sandbox)!;
    const saved = join(directory, "plan.json");
    writeFileSync(
      saved,
      execFileSync(queueform[0]!, [...queueform.slice(1), "plan", "--env", "bench", "--output", "json"], {
        cwd: small,
        maxBuffer: 2 ** 30,
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    const files = [saved, join(sandbox, "state.json")];
    const [rawCreate, apply] = await compare(
      [
        [...raw, "create", ...files],
        [...queueform, "apply", "--env", "bench"],
      ],
      small,
      3,
      { between: () => empty(state) },
    );
    const ratio = apply!.seconds / rawCreate!.seconds;
    report.record(
      "`apply` of 1,000 queues + 1,000 bindings + 1,000 topics to empty brokers",
      `${ratio.toFixed(2)} x the raw bulk calls (${seconds(apply!.seconds)}, ${seconds(rawCreate!.seconds)})`,
      "1.5 x",
      ratio <= 1.5,
    );

    const oneFile = join(directory, "one-file");
    writeTopology(oneFile, 1, 0);
    const [node, start, rawRead, again, drift] = await compare(
      [
        emptyNode,
        [...queueform, "validate", join(oneFile, "topology")],
        [...raw, "read", ...files],
        [...queueform, "apply", "--env", "bench"],
        [...queueform, "drift", "--env", "bench"],
      ],
      small,
      5,
    );
    // The raw process starts Node too: what it needs beyond that is the reads.
    const reads = rawRead!.seconds - node!.seconds;
    for (const [name, run, most] of [
      ["apply` that has nothing to do", again!, 3],
      ["drift` that finds nothing", drift!, 2],
    ] as const)
      report.record(
        `\`${name}, the same objects`,
        `${((run.seconds - start!.seconds) / reads).toFixed(2)} x the raw reads, plus start-up (${seconds(run.seconds)}; reads ${seconds(reads)}; \`validate\` of a file with one queue ${seconds(start!.seconds)})`,
        `${most} x`,
        run.seconds <= most * reads + start!.seconds,
      );
  } finally {
    await stopSandbox(sandbox);
  }
}
