import { expect, vi } from "vitest";
import type { Part } from "../../src/sandbox/sandbox.ts";
import { Clone } from "./engine.ts";

// Each test runs Pulumi several times, which takes minutes where other tests run beside it.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

export const up = ["up", "--yes", "--stack=dev"];
/** What Pulumi says when it is to replace what it must not. */
export const upRefused = "marked for protection";

/** A stack file; `clusters` is what stands under that word in it. */
export const stack = (clusters: string): string =>
  `config:
  queueform:environment:
    engine: pulumi
    clusters: { ${clusters} }
`;

/** A cluster called main, which is that of the clone's own sandbox; `words` say more of it. */
export const sandboxed = (broker: Part, words = ""): string =>
  `${broker}: { main: { from: "\${sandbox:${broker}}", ${words} } }`;

/** A clone with one stack and one topology file. */
export class Deployment extends Clone {
  readonly everything: string;

  constructor(clusters: string, everything: string) {
    super();
    this.everything = everything;
    this.write("stacks/Pulumi.dev.yaml", stack(clusters));
    this.restore();
  }

  restore(): void {
    this.write("topology/shop.yaml", this.everything);
  }

  /** Writes the topology with one text, which must be there, replaced by another. */
  change(from: string, to: string): void {
    expect(this.everything).toContain(from);
    this.write("topology/shop.yaml", this.everything.replace(from, to));
  }

  /** Makes the stack and all that the files say, and says what is wrong with it afterwards. */
  async create(secrets: Readonly<Record<string, string>> = {}): Promise<string[]> {
    await this.pulumi(["stack", "init", "dev"]);
    for (const [name, value] of Object.entries(secrets)) await this.keepSecret(name, value);
    await this.pulumi(up);
    return this.differences();
  }
}
