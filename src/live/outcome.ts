import type { Environment } from "../environment/environment.ts";
import { kinds } from "../kinds/definitions.generated.ts";
import { imported } from "../kinds/imported.generated.ts";
import type { PlanObject } from "../plan/plan.ts";
import type { Change, FieldChange } from "../review/changes.ts";

/** Who wins: what the engine of an environment does about one difference. */
export interface Outcome {
  /**
   * "refused" means that nothing happens until somebody allows it by name. "unseen": Pulumi's provider doesn't read what
   * differs, so it stays. "nothing": the engine has no say in it.
   */
  readonly what: "sets-back" | "replaces" | "deletes" | "creates" | "refused" | "unseen" | "nothing";
  /** Whether messages or jobs are lost by it; of "refused", once it is allowed. */
  readonly losesMessages: boolean;
  readonly sentence: string;
}

const outcome = (what: Outcome["what"], sentence: string, losesMessages = false): Outcome => ({
  what,
  losesMessages,
  sentence,
});

/**
 * What becomes of a difference between broker and files. A bare `pulumi up` looks at no broker, so it is told apart.
 * `isInState` says whether Pulumi remembers the object; undefined where no state is at hand.
 */
export function outcomeOf(change: Change, environment: Environment, isInState?: boolean): Outcome {
  const through = new Set(change.fields.flatMap((field) => field.through ?? []));
  if (change.fields.length > 0 && change.fields.every((field) => field.through !== undefined)) {
    const names = [...through].join(" and ");
    return outcome(
      "nothing",
      `It stays, whatever is run: ${names} wins, and nobody declared it. Delete it on the broker, give ours a higher priority, or declare what it says.`,
    );
  }
  const foreign = ownerOutside(change, environment);
  return foreign ?? (environment.engine === "direct" ? direct(change) : byPulumi(change, isInState));
}

/** Whether files can say any of what differs, in an environment that Pulumi owns. */
export const canBeSaid = ({ kind, fields }: Change): boolean =>
  fields.length === 0 || fields.some(({ field }) => imported[kind]?.isUnsaid?.(field) !== true);

/** What becomes of an object that the broker lacks. */
export function outcomeOfMissing(object: PlanObject, environment: Environment): Outcome {
  const foreign = ownerOutside(object, environment);
  if (foreign) return foreign;
  const kind = kinds[object.kind];
  // Without a binding messages are lost too, but it holds none.
  const held =
    kind?.protects(object.spec) === true && kind.impact.removed(object.spec).impact === "message-loss";
  const again = held ? "makes it again, empty." : "makes it again.";
  return environment.engine === "direct"
    ? outcome("creates", `apply ${again}`)
    : outcome(
        "creates",
        `pulumi up leaves it missing as long as its state has it; pulumi up --refresh ${again}`,
      );
}

/** Kinds that the environment's engine doesn't write. */
function ownerOutside(
  { kind }: { readonly kind: string },
  { engine, name }: Environment,
): Outcome | undefined {
  if (kind === "redis-server")
    return outcome(
      "nothing",
      "It stays: Queueform never writes the settings of a Redis that it doesn't run. Set them there, or say in the file what they shall be.",
    );
  if (kind === "redis-content" && engine === "pulumi")
    return outcome(
      "sets-back",
      `pulumi up doesn't look inside Redis; queueform apply --env ${name} --only redis-content sets it back.`,
    );
  return undefined;
}

function direct({ key, operation, effect, impact }: Change): Outcome {
  const loses = impact === "message-loss";
  if (operation === "remove")
    return outcome("deletes", "apply deletes it: newer objects have taken its place.", loses);
  if (effect === "replaces")
    return outcome(
      "refused",
      `apply leaves it until it is named (--replace ${key}), then deletes it and makes it anew.`,
      loses,
    );
  return outcome("sets-back", "apply sets it back in place.", loses);
}

function byPulumi(change: Change, isInState: boolean | undefined): Outcome {
  const { kind, operation, effect, impact, before, after } = change;
  const loses = impact === "message-loss";
  if (operation === "remove" && isInState === false)
    return outcome("nothing", "It stays: Pulumi's state doesn't have it. Delete it on the broker.");
  if (operation === "remove")
    return outcome(
      "deletes",
      isInState === true
        ? "pulumi up deletes it."
        : "pulumi up deletes it if its state has it; otherwise it stays until somebody deletes it on the broker.",
      loses,
    );
  const isUnread = ({ field, after: wanted }: FieldChange): boolean =>
    before !== undefined && imported[kind]?.isUnread?.(field, wanted, before.spec) === true;
  const seen = change.fields.filter((field) => field.through === undefined && !isUnread(field));
  if (seen.length === 0)
    return outcome(
      "unseen",
      "It stays, also with --refresh: Pulumi's provider does not read this back. Set it back on the broker by hand.",
    );
  const leaves = "pulumi up leaves it, because its state knows nothing of it; pulumi up --refresh";
  if (effect !== "replaces") return outcome("sets-back", `${leaves} sets it back.`, loses);
  return after !== undefined && kinds[after.kind]?.protects(after.spec) === true
    ? outcome(
        "refused",
        `${leaves} stops with an error and does nothing else either, because the object is protected and would have to be deleted and made anew. It goes on once topology/approvals.yaml allows that (queueform gate says what it needs), or the broker or the file is put right by hand.`,
        loses,
      )
    : outcome(
        "replaces",
        `${leaves} deletes it and makes it anew. queueform gate wants an approval of that first.`,
        loses,
      );
}
