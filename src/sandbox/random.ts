import { createHash, randomBytes } from "node:crypto";

/** Eight characters that stand for a text, such as a sandbox's directory in the names of what runs for it. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Nobody guesses it, and it needs no quotes in a configuration file or a URL. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}

/** Like Kafka's own: a random UUID in URL-safe base64, which must not look like a command line option. */
export function randomClusterId(): string {
  const id = randomBytes(16).toString("base64url");
  return id.startsWith("-") ? randomClusterId() : id;
}
