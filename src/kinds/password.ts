import type { JsonObject } from "../topology/json.ts";

/** A password in a topology file: only ever a reference. */
export const passwordSchema: JsonObject = {
  type: "string",
  pattern: "^\\$\\{secret:[A-Z][A-Z0-9_]*\\}$",
  description:
    "What the application logs in with. Only as a reference: a secret in a file is in everybody's history for good.",
  examples: ["${secret:WEB_PASSWORD}"],
};
