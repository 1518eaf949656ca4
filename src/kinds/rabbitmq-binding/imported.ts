import { type ImportedFacet, neverManaged } from "../imported.ts";
import { canonicalArguments } from "../rabbitmq-queue/canonical-arguments.ts";
import type { BindingSpec } from "./definition.ts";

export const imported: ImportedFacet<BindingSpec> = {
  type: () => "rabbitmq:index/binding:Binding",
  /** The id ends in the broker's own name of the binding. Of the other parts the provider decodes the vhost only. */
  imported: ({ vhost, source, destination, destinationType, arguments: values }, words) => {
    const bad = [source, destination].find((name) => name.includes("/"));
    if (bad !== undefined) return neverManaged(bad, "/");
    // The provider forgets such arguments while it imports, and would delete the binding to make it anew.
    if (canonicalArguments(values).argumentsJson !== undefined)
      return again("Pulumi's provider can't import arguments that are not all texts.");
    const { properties_key: ownName } = words;
    if (typeof ownName !== "string") return again("RabbitMQ did not tell its name for it.");
    const parts = [vhost.replace(/[/%]/g, encodeURIComponent), source, destination, destinationType, ownName];
    return { id: parts.join("/") };
  },
};

const again = (reason: string) =>
  ({
    shows: {
      op: "create",
      why: `${reason} The next \`pulumi up\` makes it once more, and RabbitMQ takes that for the binding it has.`,
    },
  }) as const;
