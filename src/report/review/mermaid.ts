import type { Flow, FlowEdge, Picture } from "../../review/picture.ts";
import type { ShownChange } from "./document.ts";
import { onOneLine } from "./escape.ts";

const maximumEdges = 24;
const shapes = { queue: ['[("', '")]'], exchange: ['{{"', '"}}'] } as const;
const classes = {
  creates: "added",
  deletes: "removed",
  replaces: "replaced",
  "in-place": "changed",
} as const;

/** The picture as a Mermaid flowchart: the wiring before, and below it the wiring after. */
export function mermaid({ before, after }: Picture, changes: readonly ShownChange[]): string {
  const effects = new Map(changes.map(({ key, effect }) => [key, classes[effect]]));
  const sides = [
    { name: "before", title: "Before", flow: before, other: after, colour: "#cf222e" },
    { name: "after", title: "After", flow: after, other: before, colour: "#1a7f37" },
  ].filter(({ flow }) => flow.nodes.length > 0);
  const lines = ["flowchart TB"];
  const styles: string[] = [];
  let links = 0;
  for (const { name, title, flow, other, colour } of sides) {
    const ids = new Map(flow.nodes.map(({ key }, index) => [key, `${name}${index}`]));
    const unchanged = new Set(other.edges.map(idOf));
    lines.push(`  subgraph ${name}["${title}"]`, "    direction LR");
    for (const node of flow.nodes) {
      const [open, close] = shapes[node.noun];
      lines.push(`    ${ids.get(node.key)}${open}${label(nameIn(flow, node))}${close}`);
      const style = effects.get(node.key);
      if (style) styles.push(`  class ${ids.get(node.key)} ${style}`);
    }
    for (const edge of flow.edges.slice(0, maximumEdges)) {
      const [from, to] = [ids.get(edge.from), ids.get(edge.to)];
      if (from === undefined || to === undefined) continue;
      lines.push(`    ${from} ${arrow(edge)} ${to}`);
      if (!unchanged.has(idOf(edge))) styles.push(`  linkStyle ${links} stroke:${colour},stroke-width:3px`);
      links++;
    }
    lines.push("  end");
    styles.push(`  style ${name} fill:none,stroke:#8c959f`);
  }
  if (sides.length === 2) lines.push("  before ~~~ after");
  return [
    ...lines,
    "  classDef added fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "  classDef removed fill:#ffebe9,stroke:#cf222e,color:#1f2328",
    "  classDef replaced fill:#fff1e5,stroke:#bc4c00,color:#1f2328",
    "  classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    ...styles,
  ].join("\n");
}

const idOf = ({ from, to, by, labels }: FlowEdge): string => JSON.stringify([from, to, by, labels]);

/** Two vhosts may have a queue of the same name. */
function nameIn(flow: Flow, node: Flow["nodes"][number]): string {
  const same = flow.nodes.some(
    ({ key, name, noun }) => key !== node.key && name === node.name && noun === node.noun,
  );
  return same ? node.key.split("/").slice(1, 3).join("/") + `/${node.name}` : node.name;
}

function arrow({ by, labels }: FlowEdge): string {
  if (by !== "binding") return `-. "${by === "dead-letter" ? "dead letter" : "alternate"}" .->`;
  if (labels.length === 0) return "-->";
  const more = labels.length > 3 ? ` and ${labels.length - 3} more` : "";
  return `-- "${label(labels.slice(0, 3).join(", "))}${more}" -->`;
}

/** Whatever is not a plain letter or digit is written as its code, so that Mermaid reads a name and nothing else. */
function label(name: string): string {
  const characters = [...onOneLine(name)];
  const cut = characters.length > 40 ? [...characters.slice(0, 39), "…"] : characters;
  const text = cut
    .map((character) => (/[A-Za-z0-9 ._-]/.test(character) ? character : `#${character.codePointAt(0)};`))
    .join("");
  return text.trim() === "" ? "#34;#34;" : text;
}
