import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { review } from "../../src/review/review.ts";
import { planFrom } from "../brokers/project.ts";
import { Clone, engine, note } from "../provision/engine.ts";

const { base, rows } = parse(readFileSync(join(import.meta.dirname, "catalogue/rabbitmq.yaml"), "utf8")) as {
  base: string;
  rows: { row: string; edits: Edit[] }[];
};

type Edit = readonly [from: string, to: string];
interface Shop {
  readonly base: string;
  readonly cases: readonly (readonly [what: string, edits: readonly Edit[]])[];
}

/** Several rows of the catalogue at once: a preview takes its time. */
const together = (...titles: string[]): readonly [string, readonly Edit[]] => [
  titles.join("; "),
  titles.flatMap((title) => {
    const found = rows.find(({ row }) => row === title);
    if (!found) throw new Error(`The catalogue has no row "${title}".`);
    return found.edits;
  }),
];

const rabbitmq: Shop = {
  // Pulumi's provider knows vhosts by their names only.
  base: base.replace("shop: { limits: { connections: 100 } }", "shop: {}"),
  cases: [
    together(
      "Change the arguments of a binding",
      "Lower a limit where the oldest messages are dropped",
      "Only the name of a policy",
      "Add an exchange",
    ),
    together(
      "Queue type from quorum to classic",
      "Durability of an exchange",
      "Delete one queue and add another that is nothing like it",
    ),
    together(
      "Exchange type",
      "Rename the dead-letter exchange",
      "Rename a queue beyond recognition: its binding tells",
    ),
  ],
};
const kafka: Shop = {
  base: "kafka:\n  topics:\n    placed: { partitions: 3, replication: 1, retention: 7d }\n    plain: { partitions: 1, replication: 1 }\n",
  cases: [
    [
      "Fewer partitions; rename a topic",
      [
        ["partitions: 3", "partitions: 2"],
        ["plain:", "simple:"],
      ],
    ],
    [
      "More partitions; a shorter retention",
      [["partitions: 3, replication: 1, retention: 7d", "partitions: 4, replication: 1, retention: 1d"]],
    ],
  ],
};

describe.skipIf(!engine).each([
  ["rabbitmq", rabbitmq],
  ["kafka", kafka],
] as const)(`what Pulumi deletes and makes anew on %s is what diff says${note}`, (broker, shop) => {
  let clone: Clone;
  const write = (text: string): void =>
    clone.write("topology/shop.yaml", `apiVersion: queueform/v1\ndomain: test\nowner: team\n${text}`);

  beforeAll(async () => {
    clone = new Clone();
    clone.write(
      "stacks/Pulumi.dev.yaml",
      `config:\n  queueform:environment:\n    engine: pulumi\n    clusters: { ${broker}: { main: "\${sandbox:${broker}}" } }\n`,
    );
    write(shop.base);
    await clone.start([broker]);
    await clone.pulumi(["stack", "init", "dev"]);
    await clone.pulumi(["up", "--yes", "--stack=dev"]);
    // A preview goes on at protected objects, but ends in an error.
    await clone.pulumi(["state", "unprotect", "--all", "--yes", "--stack=dev"]);
  });
  afterAll(() => clone.remove());

  test.each(shop.cases)("%s", async (_what, edits) => {
    const edited = edits.reduce((text, [from, to]) => text.replace(from, () => to), shop.base);
    write(edited);
    const steps = (await clone.preview()).flatMap(({ op, resource }) => {
      const key = resource.split(" ").at(-1) ?? "";
      const isOurs = key.includes("/") && !key.includes("/policy/queueform-");
      if (!isOurs || !/delete|replace/.test(op)) return [];
      return [`${op.includes("replace") ? "replaces" : "deletes"} ${key}`];
    });
    const { changes } = review(planFrom(shop.base), planFrom(edited));
    const said = changes
      .filter(({ effect }) => effect === "replaces" || effect === "deletes")
      .map(({ effect, key }) => `${effect} ${key}`);
    expect([...new Set(steps)].toSorted()).toEqual(said.toSorted());
  });
});
