import type { Outcome } from "../../src/live/outcome.ts";
import type { DriftDocument } from "../../src/report/drift/document.ts";
import { Deployment } from "./deployment.ts";

/** A deployment that somebody else writes to. */
export class Tampered extends Deployment {
  async document(): Promise<DriftDocument> {
    const { stdout } = await this.runQueueform(["drift", "--env", "dev", "--output", "json"]);
    return JSON.parse(stdout) as DriftDocument;
  }

  /** What drift says becomes of each object that differs or is missing, by key without its cluster. */
  async outcomes(): Promise<Record<string, Outcome["what"]>> {
    const { changed, missing } = await this.document();
    return Object.fromEntries(
      [...changed, ...missing].map(({ key, outcome }) => [key.replace(/^\w+\/main\//, ""), outcome.what]),
    );
  }

  /** Runs what drift prints under "To put the brokers right". */
  async repair(): Promise<void> {
    await this.paste((await this.document()).repair.join("\n"));
  }
}

/** Of what drift says, what stays on the brokers. */
export const staying = (said: Readonly<Record<string, Outcome["what"]>>): object =>
  Object.fromEntries(
    Object.entries(said).filter(([, what]) => ["unseen", "nothing", "refused"].includes(what)),
  );
