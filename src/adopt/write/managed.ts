import type { Environment, KafkaCluster, RabbitmqCluster } from "../../environment/environment.ts";
import type { AclSpec } from "../../kinds/kafka-acl/definition.ts";
import type { PlanObject } from "../../plan/plan.ts";

/** Where nothing else is said, applications are users of the same name. */
export const everyApp = "{app}";
const nowhere = { source: { path: "", text: "" }, start: 0, end: 0 };

/**
 * The environment as it would be if the users and rights on all clusters were made from the files: the only way to find out
 * whether what the files say of applications is exactly what is there.
 */
export function managedEnvironment(
  objects: readonly PlanObject[],
  environment: Environment | undefined,
): Environment {
  const on = (broker: string): string[] => [
    ...new Set(objects.filter(({ kind }) => kind.startsWith(`${broker}-`)).map(({ cluster }) => cluster)),
  ];
  const base = { reach: "none", mark: nowhere, access: "managed" } as const;
  const rabbitmq = on("rabbitmq").map((name): [string, RabbitmqCluster] => {
    const known = environment?.clusters.rabbitmq.get(name);
    return [name, { endpoint: "", username: "", password: "", ...known, ...base, name }];
  });
  const kafka = on("kafka").map((name): [string, KafkaCluster] => {
    const known = environment?.clusters.kafka.get(name);
    const principal = known?.principal ?? principalIn(objects.filter(({ cluster }) => cluster === name));
    return [name, { bootstrap: [], tls: false, ...known, ...base, name, principal }];
  });
  return {
    name: "import",
    engine: "direct",
    clusters: {
      rabbitmq: new Map(rabbitmq),
      kafka: new Map(kafka),
      kubernetes: new Map(),
      redis: new Map(),
    },
    overlay: [],
    source: nowhere.source,
  };
}

/** Certificates, where nobody logs in otherwise. */
function principalIn(objects: readonly PlanObject[]): string {
  const users = objects.flatMap(({ kind, spec }) => {
    if (kind === "kafka-acl") return (spec as AclSpec).principal.replace(/^User:/, "");
    return kind === "kafka-user" || kind === "kafka-quota" ? String(spec["name"] ?? spec["user"]) : [];
  });
  const isCertificates = users.length > 0 && users.every((user) => user.startsWith("CN="));
  return isCertificates ? `CN=${everyApp}` : everyApp;
}

/** The application that logs in with a name; undefined when the template gives no such name. */
export function appOf(principal: string | undefined, user: string): string | undefined {
  const [before = "", after = ""] = (principal ?? everyApp).split(everyApp);
  const isOurs =
    user.startsWith(before) && user.endsWith(after) && user.length > before.length + after.length;
  return isOurs ? user.slice(before.length, user.length - after.length) : undefined;
}
