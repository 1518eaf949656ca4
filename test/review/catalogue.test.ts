import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { review } from "../../src/review/review.ts";
import { environmentOf, planFrom } from "../brokers/project.ts";

/** One change that people make, and all that a reviewer must be told of it. */
interface Row {
  readonly row: string;
  /** What is replaced by what in the base; each text stands in it exactly once. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly findings: readonly {
    readonly key: string;
    readonly effect: string;
    readonly impact: string;
    readonly takenAlongBy?: string;
    readonly renamed?: string;
    /** Part of the sentence. */
    readonly says: string;
  }[];
}

/*
 * What goes wrong with brokers but can't be written in a topology file, so that no fixture can say it:
 * - exchanges of type x-consistent-hash and x-modulus-hash, their weights and queues: exchanges have the four built-in types;
 * - operator policies: they are the broker operator's, and no kind writes them;
 * - another target version of RabbitMQ: no object has one. Rules judge the files by it, and where it changes how retries
 *   are wired, the bindings that differ are changes like others;
 * - more partitions of a topic that nobody keys: files can't say that producers use no keys, so it is always "ordering";
 * - an ACL that denies: files only say who may do something;
 * - another maxmemory-policy, no AOF, more or fewer replicas: the language fixes them, and `config` may not set them;
 * - a deleted volume claim: the StatefulSet makes it, and neither engine ever deletes it.
 */

const environment = environmentOf({
  rabbitmq: { endpoint: "http://rabbitmq.example.com", access: "managed" },
  kafka: { bootstrap: ["kafka.example.com:9092"], access: "managed" },
});
const directory = join(import.meta.dirname, "catalogue");
const catalogues = readdirSync(directory).map((file) => {
  const { base, rows } = parse(readFileSync(join(directory, file), "utf8")) as { base: string; rows: Row[] };
  return { broker: file.replace(".yaml", ""), base, rows };
});

describe.each(catalogues)("$broker", ({ base, rows }) => {
  const before = planFrom(base, environment);

  test.each(rows)("$row", ({ edits, findings }) => {
    const edited = edits.reduce((text, [from, to]) => {
      expect(text.split(from), from).toHaveLength(2);
      return text.replace(from, () => to);
    }, base);
    const { changes } = review(before, planFrom(edited, environment));
    const found = changes.map(({ key, effect, impact, takenAlongBy, renamed }) => ({
      key,
      effect,
      impact,
      ...(takenAlongBy !== undefined && { takenAlongBy }),
      ...(renamed !== undefined && { renamed }),
    }));
    expect(found).toEqual(findings.map(({ says: _says, ...finding }) => finding));
    for (const [index, { says }] of findings.entries()) expect(changes[index]?.sentence).toContain(says);
  });

  test("unchanged, is nothing to talk about", () => {
    expect(review(before, planFrom(base, environment)).changes).toEqual([]);
  });
});
