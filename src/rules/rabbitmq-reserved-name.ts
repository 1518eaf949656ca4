import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "rabbitmq-reserved-name",
  severity: "error",
  summary: "A name belongs to RabbitMQ itself.",
  why: "Declaring it is refused (403).",
  fix: "Choose another name. The built-in exchanges can be bound without declaring them.",
  structural: true,
  check: ({ all }, report) => {
    for (const { kind, name, mark } of all) {
      const noun =
        kind === "rabbitmq-exchange" ? "exchange" : kind === "rabbitmq-queue" ? "queue" : undefined;
      if (noun && (name === "" || name.startsWith("amq."))) {
        report({
          what:
            name === ""
              ? `An ${noun} needs a name.`
              : `"${name}" starts with amq., which RabbitMQ keeps for itself.`,
          why: "Declaring it is refused (403).",
          fix: "Choose another name. The built-in exchanges can be bound without declaring them.",
          mark,
        });
      }
      if (kind === "rabbitmq-vhost" && name === "/") {
        report({
          what: 'The vhost "/" can\'t be declared.',
          why: "Every broker has it from the start; deleting it would delete what others keep there.",
          fix: 'Remove it from vhosts. Naming it with "vhost: /" is enough to put objects there.',
          mark,
        });
      }
    }
  },
};
