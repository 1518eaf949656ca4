import * as pulumi from "@pulumi/pulumi";
import { BrokerError } from "./brokers/error.ts";
import type { Environment } from "./environment/environment.ts";
import { checkTargets } from "./live/targets.ts";
import { resources } from "./kinds/resources.generated.ts";
import { load } from "./load.ts";
import { planOf } from "./plan/model.ts";
import type { Plan } from "./plan/plan.ts";
import { checkPassphrase } from "./provision/passphrase.ts";
import { provision } from "./provision/provision.ts";
import { stackSecret } from "./provision/stack-secret.ts";
import { inReadingOrder, renderDiagnostic, summarize } from "./report/diagnostics.ts";
import { plain } from "./report/style.ts";
import { renderTargets } from "./report/targets.ts";
import { checkApprovals } from "./review/approval-checks.ts";
import { readApprovals } from "./review/approvals-file.ts";
import { approvedReplacements } from "./stack/replacements.ts";
import type { Diagnostic } from "./topology/diagnostic.ts";
import { projectDirectory, UsageError } from "./topology/files.ts";

/**
 * What `pulumi up` runs: the stack names the environment. Nothing is registered before files, engine and brokers are
 * found right. Throws RunError, which Pulumi prints without a stack trace.
 */
export async function program(): Promise<void> {
  try {
    const { plan, environment } = read(pulumi.getStack());
    await refuseWrongTargets(plan, environment);
    await provision(plan, environment, stackSecret, await replaceable(plan, environment));
  } catch (error) {
    if (error instanceof UsageError || error instanceof BrokerError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

function read(stack: string): { plan: Plan; environment: Environment } {
  const { model, environment, diagnostics } = load([], stack);
  refuseErrors(diagnostics);
  if (!model || !environment) throw new pulumi.RunError("There is nothing to provision.");
  if (environment.engine !== "pulumi") {
    throw new pulumi.RunError(
      `The environment ${stack} belongs to \`queueform apply --env ${stack}\` (engine: ${environment.engine} in ${environment.source.path}). ` +
        "Two engines on the same brokers would undo each other. Use that command, or name a stack of Pulumi's.",
    );
  }
  checkPassphrase(environment);
  return { plan: planOf(model), environment };
}

function refuseErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const found = inReadingOrder(errors).map((diagnostic) => renderDiagnostic(diagnostic, plain));
  throw new pulumi.RunError(`\n${found.join("\n")}\n${summarize(errors)}. Nothing was done.`);
}

/** Keys of what topology/approvals.yaml allows to be replaced now. */
async function replaceable(plan: Plan, environment: Environment): Promise<ReadonlySet<string>> {
  const now = new Date();
  const { entries, diagnostics } = readApprovals(projectDirectory(), now);
  refuseErrors([...diagnostics, ...checkApprovals(entries, environment, plan, now)]);
  const { allowed, unused } = await approvedReplacements(plan, environment, entries, stackSecret, now);
  for (const { object } of unused) {
    await pulumi.log.info(
      `${object} stays protected: what is approved is done already, or is not what would happen now.`,
    );
  }
  return allowed;
}

async function refuseWrongTargets(plan: Plan, environment: Environment): Promise<void> {
  // A Redis that Pulumi is about to make can't be asked yet, and Pulumi writes nothing inside of one.
  const written = { ...plan, objects: plan.objects.filter(({ kind }) => kind in resources) };
  const targets = await checkTargets(environment, written, stackSecret);
  const wrong = targets.filter(({ problem }) => problem !== undefined);
  if (wrong.length === 0) return;
  throw new pulumi.RunError(
    `\n${renderTargets(wrong, plain)}Nothing was done: on a wrong or silent broker everything would look deleted.`,
  );
}
