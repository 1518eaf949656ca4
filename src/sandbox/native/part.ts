import type { Part, PartStates } from "../state.ts";
import type { SandboxWork } from "../work.ts";

/** How a part runs as processes of this machine. */
export interface NativePart<P extends Part> {
  /** Every server it consists of, in the order in which they are stopped. */
  servers: readonly string[];
  /** Whether what runs is what is wanted; throws SandboxError when one can't become the other. */
  isCurrent?: (sandbox: SandboxWork, known: PartStates[P]) => boolean;
  /** Starts it from nothing, or with the ports, secrets and data that `known` tells of. */
  start: (sandbox: SandboxWork, known: PartStates[P] | undefined) => Promise<PartStates[P]>;
}
