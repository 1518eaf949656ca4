import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi";
import type { Environment } from "../environment/environment.ts";

/**
 * Refuses secrets encrypted with an empty passphrase, except in dev: anyone who reads the state reads them.
 * Throws RunError.
 */
export function checkPassphrase({ name, source }: Environment): void {
  // Pulumi writes a salt where a passphrase protects the stack's secrets, and none where a key service does.
  const usesPassphrase = /^encryptionsalt:/m.test(source.text);
  if (name === "dev" || !usesPassphrase || passphrase() !== "") return;
  throw new RunError(
    `The passphrase of the stack ${name} is empty, so its secrets are as good as unencrypted. ` +
      "Only dev may do that. Choose one with `pulumi stack change-secrets-provider passphrase`, and set PULUMI_CONFIG_PASSPHRASE to it.",
  );
}

/** As Pulumi itself looks for it; undefined when it asked on the terminal. */
function passphrase(): string | undefined {
  const { PULUMI_CONFIG_PASSPHRASE: text, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  return text ?? (file ? readFileSync(file, "utf8").trim() : undefined);
}
