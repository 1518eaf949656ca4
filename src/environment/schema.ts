import type { JsonObject } from "../topology/json.ts";

const text = (description: string): JsonObject => ({ type: "string", minLength: 1, description });
const secret = (description: string): JsonObject => ({
  type: "string",
  pattern: "^\\$\\{secret:[A-Z][A-Z0-9_]*\\}$",
  description: `${description} Only as a reference: a secret in a file is in everybody's history for good.`,
  examples: ["${secret:RABBITMQ_PASSWORD}"],
});
const identity = (what: string): JsonObject =>
  text(
    `${what}, checked before anything else: a wrong endpoint reads as "everything was deleted" otherwise. Shown by: queueform target.`,
  );
const reach = {
  enum: ["direct", "port-forward", "none"],
  default: "direct",
  description:
    "Whether commands that run here can talk to it: directly, through a port-forward that you open, or not at all.",
};
const tls = { type: "boolean", description: "Whether connections are encrypted." };
/** Of clusters that may have users and rights made from what topology files say of applications. */
const access = {
  access: {
    enum: ["managed", "none"],
    default: "none",
    description:
      "managed: every application that the files name becomes a user that may do what the files say and nothing else. What is left of those that they name no longer is reported as unmanaged. none: who may do what is somebody else's business.",
  },
  principal: {
    type: "string",
    pattern: "\\{app\\}",
    default: "{app}",
    description:
      "With access: managed, the name that an application logs in with. On Kafka a distinguished name (CN={app},...) means that applications log in with certificates, so no users with passwords are made. On a cluster that others use, too, names of one's own let drift tell users that are left over from users of others.",
    examples: ["{app}-prod"],
  },
};
const caFile = text("PEM file of the certificate authority to trust, relative to the project folder.");

function clusters(broker: string, required: string[], properties: JsonObject): JsonObject {
  return {
    type: "object",
    description: `${broker} clusters by the names that topology files use.`,
    additionalProperties: {
      type: ["object", "string"],
      pattern: `^\\$\\{sandbox:${broker}\\}$`,
      description: `Where the cluster is and who Queueform is there; or \${sandbox:${broker}}, the one that \`queueform sandbox up\` starts for this environment.`,
      examples: [`\${sandbox:${broker}}`],
      if: { type: "object", required: ["from"] },
      else: { required, properties: described(required, properties) },
      properties: {
        from: {
          const: `\${sandbox:${broker}}`,
          description: "Takes the place of everything that says where the sandbox's cluster is.",
        },
        ...properties,
        reach,
      },
      additionalProperties: false,
    },
  };
}

/** What an error about a word that is missing says of it; the words themselves are checked elsewhere. */
const described = (words: string[], properties: JsonObject): JsonObject =>
  Object.fromEntries(
    words.map((word) => {
      const { description, examples } = properties[word] as JsonObject;
      return [word, { ...(description && { description }), ...(examples && { examples }) }];
    }),
  );

/** A whole stack file, for editors. What stands beside Queueform's part is Pulumi's. */
export const stackSchema = (): JsonObject => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Queueform stack",
  type: "object",
  properties: { config: { type: "object", properties: { "queueform:environment": environmentSchema } } },
});

/** What may stand under `config: queueform:environment` in stacks/Pulumi.<environment>.yaml. */
export const environmentSchema: JsonObject = {
  type: "object",
  required: ["engine", "clusters"],
  properties: {
    engine: {
      enum: ["direct", "pulumi"],
      description:
        "Who may write to these brokers: `queueform apply` (direct) or `pulumi up`. The other one refuses, because they would undo each other.",
    },
    clusters: {
      type: "object",
      description: "Where the brokers of this environment are.",
      properties: {
        rabbitmq: clusters("rabbitmq", ["endpoint", "username", "password"], {
          endpoint: {
            type: "string",
            pattern: "^https?://[^@\\s]+$",
            description: "URL of the management API, without user and password.",
            examples: ["https://rabbitmq.example.com:15671"],
          },
          username: text("The user that Queueform logs in with."),
          password: secret("Its password."),
          identity: identity("The cluster's name"),
          caFile,
          ...access,
        }),
        kafka: clusters("kafka", ["bootstrap"], {
          bootstrap: {
            type: "array",
            minItems: 1,
            items: {
              type: "string",
              pattern: "^[^\\s:]+:[0-9]+$",
              description: "A broker as host:port.",
              examples: ["kafka-1.example.com:9093"],
            },
            description: "Brokers to start from, each host:port.",
          },
          tls: { ...tls, default: true },
          caFile,
          sasl: {
            type: "object",
            description: "How Queueform logs in; absent where no login is asked for.",
            required: ["mechanism", "username", "password"],
            properties: {
              mechanism: {
                enum: ["plain", "scram-sha-256", "scram-sha-512"],
                description: "SASL mechanism.",
              },
              username: text("The user."),
              password: secret("Its password."),
            },
            additionalProperties: false,
          },
          identity: identity("The cluster id"),
          ...access,
        }),
        kubernetes: clusters("kubernetes", [], {
          kubeconfig: text("Path of a kubeconfig file; the usual places when absent."),
          context: text("Context in it; the current one when absent."),
          identity: identity("The uid of the namespace kube-system"),
          await: {
            type: "boolean",
            default: true,
            description: "Whether to wait until pods are ready. false for an API server without nodes.",
          },
        }),
        redis: clusters("redis", ["endpoint"], {
          endpoint: {
            type: "string",
            pattern: "^rediss?://[^@\\s/]+$",
            description: "redis://host:port, or rediss:// with TLS, without a password.",
            examples: ["rediss://redis.example.com:6379"],
          },
          username: text("ACL user; the default one when absent."),
          password: secret("Its password."),
        }),
      },
      additionalProperties: false,
    },
    overlay: {
      type: "object",
      description:
        "What is different here: a path such as kafka.topics.* and the values to put there. Blocks merge, everything else is replaced, and { remove: true } takes the thing out of this environment.",
    },
  },
  additionalProperties: false,
};
