import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { DriftDocument } from "../../src/report/drift/document.ts";
import { ownName, rabbitmqClient, sharedRabbitmq } from "../brokers/sandboxes.ts";
import { type Call, managementOf } from "../live/tampering/by-hand.ts";
import { queueform, type Result } from "./run.ts";

/** A project with one RabbitMQ, applied once; "local" is the direct engine's, "shared" Pulumi's, "away" out of reach. */
export class DriftProject {
  readonly name = ownName("drift");
  readonly directory = mkdtempSync(join(tmpdir(), "queueform-drift-"));
  readonly byHand: Call = managementOf(sharedRabbitmq(), this.name);

  constructor(topology: string) {
    const { endpoint, username, identity } = sharedRabbitmq();
    const stack = (engine: string, more = ""): string => `config:
  queueform:environment:
    engine: ${engine}
    clusters:
      rabbitmq: { main: { endpoint: "${endpoint}", username: ${username}, password: "\${secret:RABBITMQ_PASSWORD}", identity: ${identity}${more} } }
`;
    for (const folder of ["topology", "stacks"]) mkdirSync(join(this.directory, folder));
    this.write("Pulumi.yaml", "name: drifting\nruntime: nodejs\n");
    this.write("stacks/Pulumi.local.yaml", stack("direct"));
    this.write("stacks/Pulumi.shared.yaml", stack("pulumi"));
    this.write("stacks/Pulumi.away.yaml", stack("direct", ", reach: none"));
    this.write(
      "topology/shop.yaml",
      `apiVersion: queueform/v1\ndomain: shop\nrabbitmq:\n  vhost: ${this.name}\n  vhosts: { ${this.name}: {} }\n${topology}`,
    );
    beforeAll(() => this.reset());
    afterAll(async () => {
      const client = rabbitmqClient();
      await client.deleteVhost(this.name);
      client.close();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  /** Empties the vhost and applies the files. */
  async reset(): Promise<void> {
    const client = rabbitmqClient();
    await client.deleteVhost(this.name);
    client.close();
    rmSync(join(this.directory, "queueform.ignore.yaml"), { force: true });
    const { code, stderr } = await this.run("apply", "--env", "local");
    if (code !== 0) throw new Error(stderr);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  run(...args: string[]): Promise<Result> {
    return queueform(args, this.directory, { RABBITMQ_PASSWORD: sharedRabbitmq().password });
  }

  drift(environment: string, ...more: string[]): Promise<Result> {
    return this.run("drift", "--env", environment, ...more);
  }

  async document(environment: string, ...more: string[]): Promise<DriftDocument> {
    const { stdout } = await this.drift(environment, "--output", "json", ...more);
    return JSON.parse(stdout) as DriftDocument;
  }

  /** The key of an object in the vhost: `key("queue", "a")`. */
  key(...names: string[]): string {
    return ["rabbitmq/main", this.name, ...names].join("/");
  }
}
