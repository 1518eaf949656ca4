import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Found, originOf } from "../../src/adopt/found.ts";
import { readFiles } from "../../src/adopt/sources/files.ts";
import { applyPlan } from "../../src/apply/apply.ts";
import type { Environment } from "../../src/environment/environment.ts";
import { drift } from "../../src/live/drift.ts";
import { observe } from "../../src/live/observe.ts";
import { planOf } from "../../src/plan/model.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { RabbitmqState } from "../../src/sandbox/state.ts";
import type { Diagnostic } from "../../src/topology/diagnostic.ts";
import { environmentOf, noSecrets } from "../brokers/project.ts";
import { kafkaClient, ownRabbitmq, rabbitmqClient, sharedKafka } from "../brokers/sandboxes.ts";
import { adopted, modelOf, planned, readText, specsOf, structuralProblems } from "./adopting.ts";

/** Real files of other people, which are no part of this project: beside it, or where QUEUEFORM_TEST_CORPUS says. */
const corpus = process.env["QUEUEFORM_TEST_CORPUS"] ?? join(import.meta.dirname, "../../../shared/corpus");
const files = ["rabbitmq-definitions", "topology-operator", "strimzi"].flatMap((folder) => {
  const directory = join(corpus, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((name) => join(directory, name));
});

/** A file is imported, or refused with a diagnostic that names a line of it. */
function importOf(path: string): { readonly found?: Found | undefined; readonly problems: Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const found = readFiles(path, {}, (problem) => problems.push(problem));
  return { found, problems };
}

type Series = "3.10" | "4";
const brokers = new Map<Series, { rabbitmq: RabbitmqState; stop: () => Promise<void> }>();
const environmentWith = (rabbitmq: RabbitmqState): Environment =>
  environmentOf({ rabbitmq, kafka: sharedKafka() });

/** What a broker of version 3 has, one of version 4 may refuse: mirrored queues, for example. */
const seriesOf = ({ versions }: Found): Series =>
  [...versions.values()].some((version) => version.startsWith("3.")) ? "3.10" : "4";

const where = files.length === 0 ? `not tried, ${corpus} is not there` : corpus;

describe.skipIf(files.length === 0)(`files of other people (${where})`, () => {
  beforeAll(async () => {
    // Brokers of their own: most of them are about the vhost /.
    for (const series of ["3.10", "4"] as const) brokers.set(series, await ownRabbitmq(series));
  });
  afterAll(async () => {
    for (const { stop } of brokers.values()) await stop();
  });

  test.each(files.map((path) => [basename(path), path]))("%s", async (_name, path) => {
    const { found, problems } = importOf(path);
    if (!found) {
      for (const { mark } of problems) expect(originOf(mark).line).toBeGreaterThan(0);
      expect(problems).not.toEqual([]);
      return;
    }
    const written = adopted(found);
    expect(written.changes).toEqual([]);
    const { rabbitmq } = brokers.get(seriesOf(found))!;
    const after = planned(written, managedLike(environmentWith(rabbitmq), written.principals));
    const left = found.objects.filter(({ key }) => after[key] === undefined);
    expect({ ...specsOf(left), ...after }).toEqual(specsOf(found.objects));
    const model = modelOf(written);
    expect(structuralProblems(model)).toEqual([]);
    await expectNoDrift(planOf(model), rabbitmq);
  });

  test("a file that is cut off is refused at a line, wherever it is cut", () => {
    const path = files.find((one) => one.endsWith(".json"));
    const text = path === undefined ? "{}" : readFileSync(path, "utf8");
    for (let at = 1; at < text.trimEnd().length; at += 97)
      expect(() => readText("cut.json", text.slice(0, at))).toThrow(/^[0-9]+:[0-9]+ /);
  });
});

/** Rights are made where the stack file says so: what the words mean is seen only then. */
const managedLike = (base: Environment, principals: ReadonlyMap<string, string>): Environment => ({
  ...base,
  clusters: {
    ...base.clusters,
    rabbitmq: new Map(
      [...base.clusters.rabbitmq].map(([name, one]) => [name, { ...one, access: "managed" }]),
    ),
    kafka: new Map(
      [...base.clusters.kafka].map(([name, one]) => {
        const principal = principals.get(name);
        return [name, { ...one, access: "managed", ...(principal !== undefined && { principal }) }];
      }),
    ),
  },
});

async function expectNoDrift(plan: Plan, rabbitmq: RabbitmqState): Promise<void> {
  const environment = environmentWith(rabbitmq);
  const client = rabbitmqClient(rabbitmq);
  const vhosts = new Set(
    plan.objects
      .filter(({ kind }) => kind.startsWith("rabbitmq-"))
      .map(({ spec }) => String(spec["vhost"] ?? spec["name"])),
  );
  const topics = plan.objects
    .filter(({ kind }) => kind === "kafka-topic")
    .map(({ spec }) => String(spec["name"]));
  try {
    // Files name vhosts that others declare.
    for (const name of vhosts) await client.putVhost({ name });
    const applied = await applyPlan(plan, environment, noSecrets, { allow: [], onProgress: () => undefined });
    expect(applied).toMatchObject({ refused: [], failed: [], problems: [] });
    const found = drift(plan, await observe(plan, environment, noSecrets));
    expect(found).toMatchObject({ changed: [], missing: [], unchecked: [] });
    expect(found.unmanaged.filter(({ kind }) => kind.startsWith("rabbitmq-"))).toEqual([]);
  } finally {
    for (const name of vhosts) {
      await client.deleteVhost(name);
      if (name === "/") await client.putVhost({ name });
    }
    client.close();
    if (topics.length > 0) {
      const kafka = await kafkaClient();
      await kafka.deleteTopics(topics);
      // The next file may have one of the same name, and the broker forgets them a moment later.
      const left = async (): Promise<unknown> =>
        (await kafka.topics()).filter(({ name }) => topics.includes(name));
      await expect.poll(left).toEqual([]);
      await kafka.close();
    }
  }
}
