/** Called with a few words per step: "importing 1,000 queues into vhost shop". */
export type OnProgress = (step: string) => void;

/** What a broker said no to. */
export interface Rejected {
  /** Absent when it refused a request about many objects as a whole. */
  readonly key?: string;
  readonly reason: string;
}
