import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LanguageServer } from "./language-server.ts";

const server = new LanguageServer();
const schema = pathToFileURL(join(import.meta.dirname, "../../schema/topology.schema.json")).href;
const head = `# yaml-language-server: $schema=${schema}\napiVersion: queueform/v1\ndomain: orders\n`;
let files = 0;

/** Opens a text with one `|` in it, the cursor; returns the file and the place. */
async function at(text: string): Promise<[string, number, number]> {
  const before = (head + text).slice(0, (head + text).indexOf("|")).split("\n");
  const uri = `file:///topology/${++files}.yaml`;
  await server.open(uri, (head + text).replace("|", ""));
  return [uri, before.length - 1, before.at(-1)!.length];
}

beforeAll(() => server.start());
afterAll(() => server.stop());

describe("an editor with the schema", () => {
  test.each([
    ["the top level", "|", ["rabbitmq", "kafka", "redis", "owner"]],
    ["rabbitmq", "rabbitmq:\n  |", ["vhost", "exchanges", "queues", "policies"]],
    ["a queue", "rabbitmq:\n  queues:\n    orders:\n      |", ["type", "bind", "deadLetter", "limit", "ttl"]],
    [
      "the type of a queue",
      "rabbitmq:\n  queues:\n    orders:\n      type: |",
      ["quorum", "classic", "stream"],
    ],
    [
      "the type of an exchange",
      "rabbitmq:\n  exchanges:\n    orders:\n      type: |",
      ["direct", "fanout", "topic", "headers"],
    ],
    [
      "a binding",
      "rabbitmq:\n  queues:\n    orders:\n      bind:\n        - |",
      ["exchange", "key", "headers"],
    ],
    ["a topic", "kafka:\n  topics:\n    orders:\n      |", ["partitions", "retention", "cleanup", "key"]],
  ])("offers the words of %s", async (_place, text, words) => {
    const offered = await server.complete(...(await at(text)));
    expect(offered).toEqual(expect.arrayContaining(words));
  });

  test.each([
    ["deadLetter", "rabbitmq:\n  queues:\n    orders:\n      dead|Letter: true", "rejected"],
    ["partitions", "kafka:\n  topics:\n    orders:\n      part|itions: 1", "never shrink"],
    ["overflow", "rabbitmq:\n  queues:\n    orders:\n      limit:\n        over|flow: drop-head", "nack"],
  ])("explains %s", async (_word, text, said) => {
    expect(await server.hover(...(await at(text)))).toContain(said);
  });

  test("underlines an unknown word, and nothing in the shipped example's kind of file", async () => {
    expect(
      await server.open(
        "file:///topology/wrong.yaml",
        `${head}rabbitmq:\n  queues:\n    a: { tpye: quorum }\n`,
      ),
    ).toMatchObject([{ message: expect.stringContaining("tpye") }]);
    expect(
      await server.open(
        "file:///topology/right.yaml",
        `${head}rabbitmq:\n  queues:\n    a: { type: quorum }\n`,
      ),
    ).toEqual([]);
  });
});
