import { posix } from "node:path";
import type { Origin, PlanObject } from "../../plan/plan.ts";
import type { Change, FieldChange } from "../../review/changes.ts";
import type { Review } from "../../review/review.ts";
import { masked } from "../../topology/masked.ts";
import { withoutSecrets } from "../secrets.ts";

/** What `diff --output json` prints and every other format is made from; schema/review.schema.json describes it. */
export interface ReviewDocument {
  /** Goes up when a reader of the old form could misunderstand the new one; what is only added doesn't change it. */
  readonly formatVersion: 1;
  /** What the files were compared with. */
  readonly against: string;
  readonly environments: readonly EnvironmentReview[];
}

export interface EnvironmentReview extends Omit<Review, "changes"> {
  readonly changes: readonly ShownChange[];
}

/** A change with the places of both sides instead of the objects, and without secrets. */
export interface ShownChange extends Omit<Change, "before" | "after"> {
  readonly before?: Origin;
  readonly after?: Origin;
}

/** `folder` leads from the root of the repository to where the command runs: files are named from the root. */
export function reviewDocument(against: string, reviews: readonly Review[], folder = ""): ReviewDocument {
  return {
    formatVersion: 1,
    against,
    environments: reviews.map((review) => ({
      ...review,
      notes: review.notes.map(masked),
      changes: review.changes.map((one) => {
        const { after, ...change } = shownChange(one);
        return { ...change, ...(after && { after: { ...after, file: fromRoot(folder, after.file) } }) };
      }),
    })),
  };
}

export const fromRoot = (folder: string, file: string): string =>
  posix.isAbsolute(file) || file.startsWith(folder) ? file : posix.normalize(`${folder}${file}`);

export function shownChange({ before, after, fields, ...change }: Change): ShownChange {
  const spec = (after ?? before)?.spec;
  return {
    ...change,
    sentence: masked(change.sentence),
    fields: fields.map((field) => shownField(field, spec)),
    ...(before?.origin && { before: before.origin }),
    ...(after?.origin && { after: after.origin }),
  };
}

function shownField(field: FieldChange, spec: PlanObject["spec"] | undefined): FieldChange {
  return {
    ...field,
    sentence: masked(field.sentence),
    before: withoutSecrets(field.field, field.before, spec),
    after: withoutSecrets(field.field, field.after, spec),
  };
}
