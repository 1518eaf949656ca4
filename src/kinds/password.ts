import type { JsonObject } from "../topology/json.ts";

/** Stand in what was read from a broker for passwords and other secrets, which may not be shown. */
export const otherSecret = "(differs)";
export const someSecret = "(present)";

/** A password in a topology file: only ever a reference. */
export const passwordSchema: JsonObject = {
  type: "string",
  pattern: "^\\$\\{secret:[A-Z][A-Z0-9_]*\\}$",
  description:
    "What the application logs in with. Only as a reference: a secret in a file is in everybody's history for good.",
  examples: ["${secret:WEB_PASSWORD}"],
};
