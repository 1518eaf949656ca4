// Applies one plan in a process of its own, which a test can kill: node apply-child.ts FILE, a JSON of plan and brokers.
import { readFileSync } from "node:fs";
import { applyPlan } from "../../src/apply/apply.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { type Brokers, environmentOf, noSecrets } from "../brokers/project.ts";

const { plan, brokers } = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as {
  plan: Plan;
  brokers: Brokers;
};
const onProgress = (step: string): void => void process.stdout.write(`${step}\n`);
const result = await applyPlan(plan, environmentOf(brokers), noSecrets, { allow: [], onProgress });
process.stdout.write(`done ${JSON.stringify(result.sent)}\n`);
