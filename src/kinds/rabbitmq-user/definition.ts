import type { Kind } from "../kind.ts";

export interface RabbitmqUserValue {
  /** `${secret:NAME}` */
  readonly password: string;
  /** Absent for applications, which need none. */
  readonly tags?: readonly string[];
}

export type RabbitmqUserSpec = {
  name: string;
  tags: string[];
  password: string;
};

export const kind: Kind<RabbitmqUserValue, RabbitmqUserSpec> = {
  id: "rabbitmq-user",
  broker: "rabbitmq",
  noun: "user",
  declare: () => [],
  compile: ({ name, value }) => ({ name, tags: [...(value.tags ?? [])], password: value.password }),
  references: () => [],
  protects: () => false,
  takesAlong: () => true,
  impact: {
    added: ({ tags }) => ({
      impact: "safe",
      sentence:
        tags.length === 0
          ? "A new user, which may do nothing before permissions are given."
          : `A new user, which may use the management interface as ${tags.join(", ")}.`,
    }),
    removed: ({ name }) => ({
      impact: "outage",
      sentence: `Deleting user "${name}" closes its connections, and it can't log in again.`,
    }),
    changed: (field) => {
      if (field === "password") {
        return {
          effect: "in-place",
          impact: "outage",
          sentence: "Clients that still use the old password are refused at their next login.",
        };
      }
      if (field === "tags") {
        return {
          effect: "in-place",
          impact: "disruption",
          sentence: "The tags decide what the user may do in the management interface.",
        };
      }
      return {
        effect: "replaces",
        impact: "outage",
        sentence: "A user can't be renamed: the old one is deleted, and its connections are closed.",
      };
    },
  },
};
