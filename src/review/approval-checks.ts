import type { Environment } from "../environment/environment.ts";
import type { Plan } from "../plan/plan.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { suggestion } from "../topology/nearest.ts";
import { type Approval, isExpired } from "./approvals-file.ts";
import { protectedSpec } from "./approvals.ts";
import { afterPart } from "./fingerprint.ts";

/**
 * What is wrong with approvals of one environment, seen from the files alone. Together with the day on which each of
 * them expires, this is what keeps an approval that has done its work from letting the next loss through: an object
 * can't be declared again, or differently, while an old approval still names it.
 */
export function checkApprovals(
  approvals: readonly Approval[],
  { name, engine, source }: Environment,
  plan: Plan,
  now: Date,
): Diagnostic[] {
  const declared = new Map(plan.objects.map((object) => [object.key, object]));
  return approvals
    .filter(({ environment }) => environment === name)
    .flatMap((approval): Diagnostic[] => {
      const { object: key, operation, mark } = approval;
      const object = declared.get(key);
      if (engine !== "pulumi") {
        return [
          {
            rule: "approval-direct-engine",
            severity: "error",
            what: `Approvals mean nothing in ${name}, which belongs to \`queueform apply\` (engine: ${engine} in ${source.path}).`,
            why: "It would look as if somebody had to approve there, and nobody has to.",
            fix: `Remove the entry, and name the object when you apply: --${operation} ${key}`,
            mark,
          },
        ];
      }
      if (isExpired(approval, now)) {
        return [
          {
            rule: "approval-expired",
            severity: "warning",
            what: `The approval to ${operation} ${key} expired on ${approval.expires}.`,
            why: "It lets nothing through any more.",
            fix: "Remove the entry; if the change has not been rolled out, have a new day approved.",
            mark,
          },
        ];
      }
      const stale = (what: string, fix: string): Diagnostic[] => [
        {
          rule: "approval-stale",
          severity: "error",
          what,
          why: "An approval that stays behind could let the next loss of an object of that name through, which nobody has looked at.",
          fix,
          mark,
        },
      ];
      if (operation === "delete" && object) {
        return stale(
          `${key} may be deleted in ${name}, and the files declare it.`,
          "Remove the entry; the change that takes the object out of the files brings its own.",
        );
      }
      if (operation === "replace" && !object) {
        return stale(
          `${key} may be replaced in ${name}, and the files don't declare it.`,
          `${suggestion(key, declared.keys())}Correct the key, or remove the entry.`,
        );
      }
      const wanted = object && afterPart(key, protectedSpec(object.kind, object.spec));
      if (operation === "replace" && !approval.fingerprint.endsWith(`-${wanted}`)) {
        return stale(
          `The approved replacement of ${key} is not the one that the files ask for.`,
          "Remove the entry; if the object still has to be replaced, `queueform diff --approvals` prints a new one.",
        );
      }
      return [];
    });
}
