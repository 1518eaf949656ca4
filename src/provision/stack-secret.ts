import { runtime } from "@pulumi/pulumi";
import { secretFromProcess } from "../environment/secrets.ts";
import { UsageError } from "../topology/files.ts";

/**
 * The value of a secret: from the stack, where Pulumi keeps it encrypted, else from the environment variable NAME or
 * the file that NAME_FILE names. Callers mark it as secret. Throws UsageError when it is in none of them.
 */
export function stackSecret(name: string): string {
  const key = `queueform:${name}`;
  // pulumi.Config would warn that this is a secret; what asks the brokers for their identity needs the plain value.
  const stored = runtime.getConfig(key);
  if (stored !== undefined) return stored;
  try {
    return secretFromProcess(name);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} Or keep it in the stack: pulumi config set --secret ${key}`);
  }
}
