/** How long work tells its progress and learns that nobody waits for it any more. */
export interface Work {
  progress: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** What a part needs to know of the sandbox in which it starts. */
export interface SandboxWork extends Work {
  /** Absolute path. */
  directory: string;
  redisConf?: string | undefined;
  rabbitmqVersion?: "4" | "3.10" | undefined;
}
