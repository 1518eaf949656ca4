import { kinds } from "../kinds/definitions.generated.ts";
import type { BindingSpec } from "../kinds/rabbitmq-binding/definition.ts";
import type { Rule } from "./rule.ts";

const bytesOf = (text: string): number => Buffer.byteLength(text, "utf8");

export const rule: Rule = {
  id: "rabbitmq-name-too-long",
  severity: "error",
  summary: "A name or routing key takes more than 255 bytes.",
  why: "RabbitMQ refuses it.",
  fix: "Shorten it. Letters outside ASCII take two to four bytes.",
  structural: true,
  check: ({ all, ofKind }, report) => {
    const tooLong = (what: string, text: string, mark: (typeof all)[number]["mark"]): void => {
      const bytes = bytesOf(text);
      if (bytes <= 255) return;
      report({
        what: `This ${what} takes ${bytes} bytes as UTF-8; RabbitMQ allows 255.`,
        why: "The broker refuses it.",
        fix: "Shorten it. Letters outside ASCII take two to four bytes.",
        mark,
      });
    };
    for (const { kind, name, mark } of all) {
      if (kinds[kind]?.broker === "rabbitmq" && kind !== "rabbitmq-binding")
        tooLong(`${kinds[kind].noun} name`, name, mark);
    }
    for (const { spec, mark } of ofKind<unknown, BindingSpec>("rabbitmq-binding"))
      tooLong("routing key", spec.routingKey, mark);
  },
};
