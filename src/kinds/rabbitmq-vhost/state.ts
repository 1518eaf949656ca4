import type { StateFacet } from "../state.ts";

export const state: StateFacet = {
  isType: (type) => type === "rabbitmq:index/vHost:VHost",
  // The provider knows nothing but the name; see resource.ts.
  specOf: ({ name }) => (typeof name === "string" ? { name, description: "" } : undefined),
};
