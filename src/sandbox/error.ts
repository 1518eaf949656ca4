/** Why a sandbox could not be started or stopped: a sentence that says what is wrong, why, and what to do. */
export class SandboxError extends Error {
  override name = "SandboxError";
}
