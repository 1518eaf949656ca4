import { atVhost, type ImportedFacet } from "../imported.ts";
import { canonicalArguments } from "../rabbitmq-queue/canonical-arguments.ts";
import type { ExchangeSpec } from "./definition.ts";

export const imported: ImportedFacet<ExchangeSpec> = {
  type: () => "rabbitmq:index/exchange:Exchange",
  imported: ({ name, vhost }) => atVhost(name, vhost),
  // One argument that is no text, and the provider keeps all that it remembers of the exchange.
  isUnread: (field, _wanted, living) =>
    field === "internal" || canonicalArguments(living.arguments).argumentsJson !== undefined,
};
