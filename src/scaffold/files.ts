import { codeowners, codeownersFile } from "./codeowners.ts";
import { workflows } from "./workflows/workflows.ts";

/** What `queueform init` is asked for. */
export interface Wanted {
  readonly domain: string;
  readonly brokers: readonly ("rabbitmq" | "kafka" | "redis")[];
  /** Environments that people share; `sandbox` is always there. */
  readonly environments: readonly string[];
  readonly ci: "github" | "none";
}

/** The files of a new project, by path. They validate, and `sandbox up` and `apply` work on them as they are. */
export function projectFiles(wanted: Wanted): ReadonlyMap<string, string> {
  const files = new Map<string, string>([
    [gitignoreFile, gitignore],
    ["Pulumi.yaml", pulumiProject],
    [`topology/${wanted.domain}.yaml`, topology(wanted)],
    ["stacks/Pulumi.sandbox.yaml", sandboxStack(wanted)],
  ]);
  for (const name of wanted.environments) files.set(`stacks/Pulumi.${name}.yaml`, sharedStack(name, wanted));
  if (wanted.ci === "github") {
    files.set(codeownersFile, codeowners(wanted.domain));
    for (const [path, content] of workflows(wanted.environments, wanted.brokers)) files.set(path, content);
  }
  return files;
}

export const gitignoreFile = ".gitignore";
const gitignore = `node_modules/
# The sandbox, with its passwords
.queueform/
# Pulumi's state, unless Pulumi.yaml names another backend
.pulumi/
# What import --pulumi writes, which is of use once
pulumi-import-*
`;

const pulumiProject = `name: queueform
description: Messaging topology
main: node_modules/queueform/bin/program.mjs
stackConfigDir: stacks
runtime:
  name: nodejs
  options:
    typescript: false
backend:
  url: file://. # state in .pulumi/ here, no account needed; a team writes its own, such as s3://bucket
config:
  pulumi:disable-default-providers: { value: ["*"] }
  pulumi:autonaming: { value: { mode: disabled } }
`;

function topology({ domain, brokers }: Wanted): string {
  const parts = [
    `# yaml-language-server: $schema=../node_modules/queueform/schema/topology.schema.json\napiVersion: queueform/v1\ndomain: ${domain}\nowner: team-${domain}\n`,
  ];
  if (brokers.includes("rabbitmq")) {
    parts.push(`rabbitmq:
  vhost: ${domain}
  vhosts:
    ${domain}: {}
  exchanges:
    ${domain}: { type: topic, alternate: ${domain}.unrouted }
    ${domain}.unrouted: { type: fanout }
  queues:
    ${domain}.work:
      for: Say here what a consumer does with a message
      bind: [ { exchange: ${domain}, key: ${domain}.created } ]
      deadLetter: true # rejected messages wait in ${domain}.work.dlq
      limit: { messages: 100000, overflow: reject-publish }
    ${domain}.unrouted:
      for: Messages that nobody is bound to; a person looks at them
      bind: [ { exchange: ${domain}.unrouted } ]
      ttl: 14d
`);
  }
  if (brokers.includes("kafka")) {
    parts.push(`kafka:
  topics:
    ${domain}.events:
      for: Say here what a record means
      partitions: 6
      key: id # records with the same key stay in order
      retention: 7d
      config: { min.insync.replicas: 2 }
`);
  }
  if (brokers.includes("redis")) {
    parts.push(`redis:
  jobs:
    for: Jobs that run later or again
    on: kubernetes
    namespace: ${domain}
    createNamespace: true
    memory: 512Mi
    storage: 8Gi
    password: \${secret:REDIS_JOBS_PASSWORD}
`);
  }
  return parts.join("\n");
}

function sandboxStack({ brokers }: Wanted): string {
  const clusters = brokers
    .map(
      (broker) => `      ${broker}: { ${broker === "redis" ? "jobs" : "main"}: "\${sandbox:${broker}}" }\n`,
    )
    .join("");
  const overlay = [
    brokers.includes("kafka") &&
      "      kafka.topics.*: { replication: 1, config: { min.insync.replicas: 1 } }\n",
    brokers.includes("redis") && "      redis.jobs: { on: external }\n",
  ].filter((line) => line !== false);
  return `# Brokers on your machine (npx queueform sandbox up), written to by npx queueform apply: no state, no account.
config:
  queueform:environment:
    engine: direct
    clusters:
${clusters}${overlay.length > 0 ? `    overlay:\n${overlay.join("")}` : ""}`;
}

function sharedStack(name: string, { brokers }: Wanted): string {
  const clusters = {
    rabbitmq: `      rabbitmq:
        main:
          endpoint: https://rabbitmq.${name}.example.com:15671
          username: queueform
          password: \${secret:RABBITMQ_PASSWORD}
          identity: put-the-cluster-name-here # npx queueform target --env ${name} shows it
`,
    kafka: `      kafka:
        main:
          bootstrap: ["kafka.${name}.example.com:9093"]
          sasl: { mechanism: scram-sha-512, username: queueform, password: "\${secret:KAFKA_PASSWORD}" }
          identity: put-the-cluster-id-here
`,
    redis: `      kubernetes:
        main: { context: ${name}, identity: put-the-uid-of-the-namespace-kube-system-here }
`,
  };
  return `# Brokers that people share, written to by: npx pulumi up -s ${name}
config:
  queueform:environment:
    engine: pulumi
    clusters:
${brokers.map((broker) => clusters[broker]).join("")}`;
}
