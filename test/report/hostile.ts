import type { Review } from "../../src/review/review.ts";
import { changed, reviewOf } from "./reviews.ts";

/** Names that mean something to Markdown, HTML, Mermaid, workflow commands or GitHub. */
export const hostileNames = [
  `"quote'd"`,
  "br[ac]{k}(e)ts",
  "back`ti`ck```",
  "pi|pe",
  "<script>alert(1)</script>",
  "</details><img src=x onerror=alert(1)>",
  "😀 emoji",
  "שלום",
  "turned\u202Eover\u200B",
  "@team/all #123 GH-7",
  "https://evil.example www.evil.example",
  "end; style before0 fill:#fff;",
  "[click](https://evil.example)",
  "<!-- queueform:prod -->",
  "two\nlines\r\n```\n# head\n::error::no",
  "%0A::set-output name=x::y",
  "&lt;b&gt; #quot;",
];

/** A review in which every text that a file can decide is hostile. */
export function hostileReview(): Review {
  const nodes = hostileNames.slice(0, 12).map((name, index) => ({
    key: name,
    noun: index % 2 === 0 ? ("exchange" as const) : ("queue" as const),
    name,
  }));
  const edges = nodes.slice(1).map(({ key }, index) => ({
    from: nodes[index]!.key,
    to: key,
    by: "binding" as const,
    labels: [hostileNames.at(-1 - index)!],
  }));
  return reviewOf(
    hostileNames.map((name) =>
      changed(name, "message-loss", {
        key: name,
        sentence: `Messages of ${name} are lost.`,
        fields: [
          {
            field: name,
            before: name,
            after: { [name]: name },
            effect: "in-place",
            impact: "message-loss",
            sentence: name,
          },
        ],
        wayOut: [{ text: name, yaml: `queues:\n  ${name}:\n` }],
        renamed: name,
        atStake: { lag: { [name]: 1 } },
      }),
    ),
    {
      notes: hostileNames,
      routing: hostileNames.map((name) => ({
        cluster: "main",
        vhost: "shop",
        exchange: name,
        key: name,
        what: "no-longer-reaches",
        queue: name,
        impact: "outage",
        sentence: name,
        causes: [name],
      })),
      picture: { before: { nodes, edges }, after: { nodes: [], edges: [] } },
    },
  );
}

/** What GitHub looks for names and numbers in: the text outside of code, as people see it. */
export const visibleText = (markdown: string): string =>
  withoutBlocks(markdown)
    .replaceAll(/<code>[^]*?<\/code>/g, "")
    .replaceAll(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)));

/** Markdown without its fenced blocks. */
export const withoutBlocks = (markdown: string): string =>
  markdown.replaceAll(/^ *(`{3,})(yaml|mermaid)\n[^]*?\n *\1$/gm, "");
