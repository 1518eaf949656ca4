import { readUntrusted } from "../untrusted.ts";
import type { ReviewDocument } from "./document.ts";
import { reviewSchema } from "./schema.ts";

/** A review that somebody else wrote. Throws UsageError when it isn't one. */
export const readReview = (text: string): ReviewDocument =>
  readUntrusted<ReviewDocument>(text, reviewSchema(), "a review as `queueform diff --output json`");
