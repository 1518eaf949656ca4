import { atVhost, type ImportedFacet } from "../imported.ts";
import type { ExchangeSpec } from "./definition.ts";

export const imported: ImportedFacet<ExchangeSpec> = {
  type: () => "rabbitmq:index/exchange:Exchange",
  imported: ({ name, vhost }) => atVhost(name, vhost),
};
