import { BrokerError } from "./error.ts";
import {
  type Call,
  type KubernetesHttp,
  type KubernetesLogin,
  openKubernetesHttp,
} from "./kubernetes-http.ts";

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** How the API calls the kinds that can be asked for here. */
const plurals: Readonly<Record<string, string>> = {
  ConfigMap: "configmaps",
  Namespace: "namespaces",
  NetworkPolicy: "networkpolicies",
  PersistentVolumeClaim: "persistentvolumeclaims",
  Pod: "pods",
  PodDisruptionBudget: "poddisruptionbudgets",
  Secret: "secrets",
  Service: "services",
  StatefulSet: "statefulsets",
};

/** Who the API server is told to remember as the owner of the fields that are applied. */
const fieldManager = "queueform";

/** One Kubernetes cluster, as far as Queueform needs it. Every method throws BrokerError when it can't be asked or refuses. */
export class KubernetesClient {
  private readonly http: KubernetesHttp;

  constructor(http: KubernetesHttp) {
    this.http = http;
  }

  /** As the server says it: "v1.36.3". */
  async version(): Promise<string> {
    const answer = await this.found({ method: "GET", path: "/version", doing: "tell its version" });
    return textAt(answer, "gitVersion") ?? "unknown";
  }

  /** The uid of the namespace kube-system, which no two clusters share. */
  async uid(): Promise<string> {
    const answer = await this.found({
      method: "GET",
      path: "/api/v1/namespaces/kube-system",
      doing: 'read the namespace "kube-system", which tells clusters apart',
    });
    return textAt(answer["metadata"], "uid") ?? "";
  }

  /** undefined when there is none. */
  async get(object: KubernetesObject): Promise<KubernetesObject | undefined> {
    const answer = await this.http.call({
      method: "GET",
      path: pathOf(object),
      doing: `read ${called(object)}`,
      confidential: isSecret(object),
    });
    if (answer === undefined) return undefined;
    if (!isNamed(answer) || answer.kind !== object.kind || answer.metadata.name !== object.metadata.name)
      throw unexpected(`read ${called(object)}`);
    return answer;
  }

  /** All objects of a kind in a namespace, or in all of them, that carry a label; "" asks for no label. */
  async list(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    label: string,
  ): Promise<KubernetesObject[]> {
    const path = `${collectionOf(apiVersion, kind, namespace)}?labelSelector=${encodeURIComponent(label)}`;
    const doing = `list objects of kind ${kind} in ${namespace === undefined ? "all namespaces" : `namespace "${namespace}"`}`;
    const { items } = await this.found({ method: "GET", path, doing, confidential: kind === "Secret" });
    // Anything else would read as "nothing there".
    if (!Array.isArray(items) || !items.every(isNamed)) throw unexpected(doing);
    // Lists leave out what all their items have in common.
    return items.map((item: KubernetesObject) => ({ ...item, apiVersion, kind }));
  }

  /**
   * Makes the object or changes the fields it names, and returns what is then there. Fields that another tool manages are
   * a BrokerError; with `force` they are taken over.
   */
  async apply(object: KubernetesObject, force: boolean): Promise<KubernetesObject> {
    const query = `?fieldManager=${fieldManager}&fieldValidation=Strict&force=${force}`;
    return this.write(object, query, "application/apply-patch+yaml", object);
  }

  /** Changes exactly what `patch` says, as RFC 7386 has it: null deletes, lists are replaced. */
  async merge(object: KubernetesObject, patch: unknown): Promise<KubernetesObject> {
    return this.write(
      object,
      `?fieldManager=${fieldManager}&fieldValidation=Strict`,
      "application/merge-patch+json",
      patch,
    );
  }

  /** Pods go with what made them, volumes stay. False when there was no such object. */
  async delete(object: KubernetesObject): Promise<boolean> {
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background" };
    const answer = await this.http.call({
      method: "DELETE",
      path: pathOf(object),
      body,
      doing: `delete ${called(object)}`,
      confidential: isSecret(object),
    });
    return answer !== undefined;
  }

  async close(): Promise<void> {
    await this.http.close();
  }

  private async write(
    object: KubernetesObject,
    query: string,
    contentType: string,
    body: unknown,
  ): Promise<KubernetesObject> {
    const call: Call = {
      method: "PATCH",
      path: pathOf(object) + query,
      body,
      contentType,
      doing: `write ${called(object)}`,
      confidential: isSecret(object),
    };
    return (await this.found(call)) as KubernetesObject;
  }

  private async found(call: Call): Promise<Record<string, unknown>> {
    const answer = await this.http.call(call);
    if (typeof answer !== "object" || answer === null)
      throw new BrokerError(
        `Kubernetes can't ${call.doing}: it knows no such thing. Its version may be too old.`,
      );
    return answer as Record<string, unknown>;
  }
}

/** Reads the kubeconfig; nothing is asked yet. Throws BrokerError when there are no usable credentials. */
export async function openKubernetes(login: KubernetesLogin): Promise<KubernetesClient> {
  return new KubernetesClient(await openKubernetesHttp(login));
}

function collectionOf(apiVersion: string, kind: string, namespace: string | undefined): string {
  const plural = plurals[kind];
  if (plural === undefined) throw new Error(`No plural is known for the Kubernetes kind ${kind}.`);
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined
    ? `${base}/${plural}`
    : `${base}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

function pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${collectionOf(apiVersion, kind, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
}

/** Whether something is an object of Kubernetes; those in lists don't say their kind. */
function isNamed(value: unknown): value is KubernetesObject {
  const metadata: unknown = isRecord(value) ? value["metadata"] : undefined;
  return isRecord(metadata) && textAt(metadata, "name") !== undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const unexpected = (doing: string): BrokerError =>
  new BrokerError(
    `Kubernetes was asked to ${doing}, and the answer is none of Kubernetes's. Check the server in the kubeconfig, and proxies before it.`,
  );

const called = ({ kind, metadata }: KubernetesObject): string => `${kind} "${metadata.name}"`;
const isSecret = ({ kind }: KubernetesObject): boolean => kind === "Secret";

function textAt(value: unknown, name: string): string | undefined {
  const found: unknown =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "string" ? found : undefined;
}
