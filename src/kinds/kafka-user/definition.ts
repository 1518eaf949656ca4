import type { Kind } from "../kind.ts";

export interface KafkaUserValue {
  /** `${secret:NAME}` */
  readonly password: string;
}

export type KafkaUserSpec = {
  name: string;
  mechanism: "SCRAM-SHA-512";
  password: string;
};

export const kind: Kind<KafkaUserValue, KafkaUserSpec> = {
  id: "kafka-user",
  broker: "kafka",
  noun: "user",
  declare: () => [],
  compile: ({ name, value }) => ({ name, mechanism: "SCRAM-SHA-512", password: value.password }),
  references: () => [],
  protects: () => false,
  impact: {
    added: () => ({ impact: "safe", sentence: "A new user, which may do what its ACLs say." }),
    removed: ({ name }) => ({
      impact: "outage",
      sentence: `"${name}" can't log in any more: its clients are refused at their next connection.`,
    }),
    changed: (field) =>
      field === "password"
        ? {
            effect: "in-place",
            impact: "outage",
            sentence: "Clients that still use the old password are refused at their next connection.",
          }
        : {
            effect: "replaces",
            impact: "outage",
            sentence: "The credentials are made anew; until then clients are refused.",
          },
  },
};
