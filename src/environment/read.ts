import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readSandbox } from "../sandbox/state.ts";
import type { Diagnostic, Report } from "../topology/diagnostic.ts";
import { readSource, UsageError } from "../topology/files.ts";
import { isObject } from "../topology/json.ts";
import { keyMarkOf, type Mark, markOf } from "../topology/mark.ts";
import { suggestion } from "../topology/nearest.ts";
import { checkValue, compileSchema, type Validate } from "../topology/shape.ts";
import { parseYaml } from "../topology/yaml.ts";
import type {
  Clusters,
  Environment,
  KafkaCluster,
  KubernetesCluster,
  ManagedAccess,
  RabbitmqCluster,
  Reach,
  RedisCluster,
} from "./environment.ts";
import { environmentSchema } from "./schema.ts";

const configKey = "queueform:environment";
let validate: Validate | undefined;

/** The names of the environments that have a stack file, sorted. */
export function environmentNames(directory: string): string[] {
  const folder = join(directory, "stacks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .toSorted();
}

/**
 * Reads stacks/Pulumi.<name>.yaml. Problems go to `report`, and then the result is undefined; throws UsageError when
 * there is no such environment.
 */
export function readEnvironment(directory: string, name: string, report: Report): Environment | undefined {
  const path = join(directory, "stacks", `Pulumi.${name}.yaml`);
  const known = environmentNames(directory);
  if (!known.includes(name)) {
    throw new UsageError(
      `There is no environment "${name}": ${path} does not exist. ${suggestion(name, known)}${known.length > 0 ? `Known: ${known.join(", ")}.` : "Create it first."}`,
    );
  }
  const problems: Diagnostic[] = [];
  const collect = (diagnostic: Diagnostic): void => {
    problems.push(diagnostic);
    report(diagnostic);
  };
  const source = readSource(path, collect);
  const file = source && parseYaml(source, collect);
  if (!source || !file) return undefined;
  const config = isObject(file["config"]) ? file["config"] : {};
  const value = config[configKey];
  if (!isObject(value)) {
    collect({
      rule: "stack-without-environment",
      severity: "error",
      what: `The stack file has no "${configKey}" under "config".`,
      why: "That is where Queueform finds the brokers of this environment and the engine that may write to them.",
      fix: `Add "config: { ${configKey}: { engine: pulumi, clusters: { ... } } }".`,
      mark: markOf(file, "config") ?? markOf(file)!,
    });
    return undefined;
  }
  validate ??= compileSchema(environmentSchema);
  checkValue(validate, value, collect);
  if (problems.length > 0) return undefined;
  const clusters = readClusters(directory, name, value["clusters"] as Record<string, unknown>, collect);
  if (problems.length > 0) return undefined;
  const overlay = (value["overlay"] ?? {}) as Record<string, unknown>;
  return {
    name,
    engine: value["engine"] as Environment["engine"],
    clusters,
    overlay: Object.entries(overlay).map(([at, patch]) => ({
      path: at,
      value: patch,
      mark: keyMarkOf(overlay, at) ?? markOf(overlay)!,
    })),
    source,
  };
}

/** Where the sandbox of an environment keeps its state. */
export function sandboxDirectory(directory: string, environment: string): string {
  return join(directory, ".queueform", "sandbox", environment);
}

type Raw = Record<string, unknown>;

function readClusters(directory: string, environment: string, clusters: Raw, report: Report): Clusters {
  const sandbox = readSandbox(sandboxDirectory(directory, environment));
  const read = <T>(
    broker: keyof Clusters,
    fromSandbox: () => Raw | undefined,
    build: (raw: Raw, base: { name: string; reach: Reach; identity?: string; mark: Mark }) => T,
  ): Map<string, T> => {
    const block = (clusters[broker] ?? {}) as Raw;
    const found = new Map<string, T>();
    for (const [name, written] of Object.entries(block)) {
      const mark = markOf(block, name)!;
      let raw = written as Raw;
      if (typeof written === "string" || raw["from"] !== undefined) {
        const running = fromSandbox();
        // Files can be checked and planned without brokers; only commands that talk to them need one.
        const place = running ?? { reach: "none", ...notRunning[broker] };
        raw = isObject(written) ? { ...written, ...place } : place;
      }
      const { identity, reach } = raw as { identity?: string; reach?: Reach };
      found.set(
        name,
        build(raw, { name, mark, reach: reach ?? "direct", ...(identity !== undefined && { identity }) }),
      );
    }
    return found;
  };
  return {
    rabbitmq: read(
      "rabbitmq",
      () => sandbox?.rabbitmq && { ...sandbox.rabbitmq },
      (raw, base): RabbitmqCluster => ({
        ...base,
        endpoint: String(raw["endpoint"]).replace(/\/+$/, ""),
        username: String(raw["username"]),
        password: String(raw["password"]),
        ...optional(raw, "caFile"),
        ...managedAccess(raw),
      }),
    ),
    kafka: read(
      "kafka",
      () => sandbox?.kafka && { ...sandbox.kafka, tls: false },
      (raw, base): KafkaCluster => ({
        ...base,
        bootstrap: raw["bootstrap"] as string[],
        tls: raw["tls"] !== false,
        ...optional(raw, "caFile"),
        ...managedAccess(raw),
        ...(raw["sasl"] !== undefined && { sasl: raw["sasl"] as NonNullable<KafkaCluster["sasl"]> }),
      }),
    ),
    kubernetes: read(
      "kubernetes",
      () => sandbox?.kubernetes && { ...sandbox.kubernetes, await: false },
      (raw, base): KubernetesCluster => ({
        ...base,
        ...optional(raw, "kubeconfig"),
        ...optional(raw, "context"),
        await: raw["await"] !== false,
      }),
    ),
    redis: read(
      "redis",
      () => sandbox?.redis && { endpoint: `redis://${sandbox.redis.host}:${sandbox.redis.port}` },
      (raw, base): RedisCluster => {
        const url = parseUrl(String(raw["endpoint"]));
        if (!url) {
          report({
            rule: "wrong-format",
            severity: "error",
            what: `"${String(raw["endpoint"])}" is not an address.`,
            why: "Redis could not be found there.",
            fix: "Write redis://host:port.",
            mark: base.mark,
          });
        }
        return {
          ...base,
          host: url?.hostname ?? "",
          port: Number(url?.port || 6379),
          tls: url?.protocol === "rediss:",
          ...optional(raw, "username"),
          ...optional(raw, "password"),
        };
      },
    ),
  };
}

/** Stands for a sandbox that isn't running, so that the rest of the environment can still be read. */
const notRunning: Record<keyof Clusters, Raw> = {
  rabbitmq: { endpoint: "", username: "", password: "" },
  kafka: { bootstrap: [], tls: false },
  kubernetes: { await: false },
  redis: { endpoint: "redis://sandbox.invalid" },
};

function managedAccess(raw: Raw): ManagedAccess {
  return { ...(raw["access"] === "managed" && { access: "managed" }), ...optional(raw, "principal") };
}

function optional<K extends string>(raw: Raw, key: K): { [P in K]?: string } {
  return (typeof raw[key] === "string" ? { [key]: raw[key] } : {}) as { [P in K]?: string };
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
