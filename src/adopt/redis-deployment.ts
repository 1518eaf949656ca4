import { at, listAt, type Manifest, namespaceOf } from "../kinds/kubernetes-object/manifest.ts";
import { redisConf } from "../kinds/redis-server/redis-conf.ts";
import { defaultNamespace, type RedisServerValue } from "../kinds/redis-server/value.ts";
import { durationText } from "../patterns/retry/ladder.ts";
import { isObject, type Json, type JsonObject } from "../topology/json.ts";
import { passwordReference } from "./found.ts";

/** The Redis that an object of ours belongs to; undefined for namespaces, which several may share. */
export function redisNameOf(manifest: Manifest): string | undefined {
  const name = at(manifest, "metadata", "labels", "app.kubernetes.io/instance");
  return typeof name === "string" ? name : undefined;
}

/** The words that a Redis on Kubernetes was deployed with, by its own objects and its namespace; without its queues. */
export function deploymentWords(
  name: string,
  cluster: string,
  objects: readonly Manifest[],
): JsonObject | undefined {
  const find = (kind: string, suffix = ""): Manifest | undefined =>
    objects.find((one) => one.kind === kind && one.metadata.name === `redis-${name}${suffix}`);
  const set = find("StatefulSet");
  if (!set) return undefined;
  const namespace = namespaceOf(set) ?? defaultNamespace;
  const [container] = listAt(set, "spec", "template", "spec", "containers");
  const [claim] = listAt(set, "spec", "volumeClaimTemplates");
  const [rule] = listAt(find("NetworkPolicy"), "spec", "ingress");
  const allowed = at(listAt(rule, "from")[0], "podSelector", "matchLabels");
  const isUsual = isObject(allowed) && allowed["queueform.dev/redis-client"] === name;
  const image = String(at(container, "image"));
  const version = /^docker\.io\/library\/redis:(.+)$/.exec(image)?.[1];
  const memory = String(at(container, "resources", "limits", "memory"));
  const hasPassword = listAt(container, "args").includes("--requirepass");
  const password: { password?: string } = hasPassword ? { password: passwordReference(`redis-${name}`) } : {};
  const conf = String(at(find("ConfigMap"), "data", "redis.conf"));
  const config = furtherDirectives(conf, { memory, ...password });
  const storageClass = at(claim, "spec", "storageClassName");
  const idempotency = idempotencyWords(at(find("ConfigMap", "-queues"), "data", "idempotency.json"));
  return {
    on: "kubernetes",
    ...(cluster !== "main" && { cluster }),
    ...(namespace !== defaultNamespace && { namespace }),
    ...(objects.some((one) => one.kind === "Namespace" && one.metadata.name === namespace) && {
      createNamespace: true,
    }),
    ...(version === undefined ? { image } : { version }),
    memory,
    storage: String(at(claim, "spec", "resources", "requests", "storage")),
    ...(storageClass !== undefined && { storageClass }),
    ...password,
    ...(isObject(allowed) && !isUsual && { allowFrom: allowed }),
    ...(Object.keys(config).length > 0 && { config }),
    ...(idempotency && { idempotency }),
  };
}

/** What the ConfigMap beside a Redis says that applications are started with, by queue. */
export function clientsOf(name: string, objects: readonly Manifest[]): Map<string, JsonObject> {
  const settings = objects.find((one) => one.metadata.name === `redis-${name}-queues`);
  const files = Object.entries(isObject(settings?.["data"]) ? settings["data"] : {});
  return new Map(
    files.flatMap(([file, text]): [string, JsonObject][] => {
      const client = file.startsWith("queue.") ? parsed(text as Json) : undefined;
      return client ? [[String(client["name"]), client]] : [];
    }),
  );
}

/** Directives that nobody gets without asking. */
function furtherDirectives(conf: string, value: Pick<RedisServerValue, "memory" | "password">): JsonObject {
  const usual = new Set(redisConf(value).split("\n"));
  const further = conf.split("\n").filter((line) => !usual.has(line));
  return Object.fromEntries(
    further.map((line): [string, Json] => {
      const [name = "", ...rest] = line.split(" ");
      return [name, settingOf(rest.join(" "))];
    }),
  );
}

/** As a person writes it, if that becomes the same line again. */
function settingOf(text: string): Json {
  if (text === "yes" || text === "no") return text === "yes";
  if (text === '""') return "";
  return text !== "" && String(Number(text)) === text ? Number(text) : text;
}

function idempotencyWords(file: Json | undefined): JsonObject | undefined {
  const found = parsed(file);
  return found && { keyPrefix: found["keyPrefix"]!, ttl: durationText(Number(found["ttl"]) * 1000) };
}

/** undefined for a file that isn't there, or that somebody broke in the cluster. */
function parsed(file: Json | undefined): JsonObject | undefined {
  try {
    const read: unknown = JSON.parse(String(file));
    return isObject(read) ? (read as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
