/** A change of a setting that a queue with messages inside must survive. */
export interface MutableSetting {
  readonly what: string;
  readonly type: string;
  /** Words of a queue. */
  readonly before: string;
  readonly after: string;
}

const changes: readonly (readonly [what: string, types: readonly string[], before: string, after: string])[] =
  [
    ["a limit in messages", ["quorum", "classic"], "limit: { messages: 10 }", "limit: { messages: 20 }"],
    ["a limit in bytes", ["quorum", "classic"], "limit: { bytes: 1Mi }", "limit: { bytes: 2Mi }"],
    [
      "what happens beyond the limit",
      ["quorum", "classic"],
      "limit: { messages: 10, overflow: drop-head }",
      "limit: { messages: 10, overflow: reject-publish }",
    ],
    ["how long messages live", ["quorum", "classic"], "ttl: 1h", "ttl: 2h"],
    ["after how long without consumers it goes", ["quorum", "classic"], "expires: 1h", "expires: 2h"],
    ["how often a message may be redelivered", ["quorum"], "deliveryLimit: 3", "deliveryLimit: 5"],
    [
      "the exchange of its dead letters",
      ["quorum", "classic"],
      "deadLetter: { exchange: one }",
      "deadLetter: { exchange: other }",
    ],
    [
      "the key of its dead letters",
      ["quorum", "classic"],
      "deadLetter: { exchange: one, key: a }",
      "deadLetter: { exchange: one, key: b }",
    ],
    [
      "the queue of its dead letters",
      ["quorum", "classic"],
      "deadLetter: true",
      "deadLetter: { queue: dead }",
    ],
    [
      "its retries",
      ["quorum", "classic"],
      "deadLetter: true, retry: { retries: 1, delay: 1h }",
      "deadLetter: true, retry: { retries: 2, delay: 2h }",
    ],
  ];

/** The fanout exchanges one and other and the queue dead must be there. Queues have room for three messages. */
export const mutableSettings: readonly MutableSetting[] = changes.flatMap(([what, types, before, after]) =>
  types.map((type) => ({ what, type, before, after })),
);

/** A queue for one of them. */
export const nameOf = ({ what, type }: Pick<MutableSetting, "what" | "type">): string =>
  `${type}.${what.replaceAll(" ", "-")}`;
