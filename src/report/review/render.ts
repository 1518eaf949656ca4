import type { Paint } from "../style.ts";
import type { ReviewDocument } from "./document.ts";
import { renderAnnotations } from "./github.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderReview } from "./pretty.ts";
import { sarif } from "./sarif.ts";

const indented = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const renderers = {
  pretty: renderReview,
  json: indented,
  markdown: (document) => renderMarkdown(document),
  sarif: (document) => indented(sarif(document)),
  github: renderAnnotations,
} satisfies Record<string, (document: ReviewDocument, paint: Paint) => string>;

export type ReviewFormat = keyof typeof renderers;

export const reviewFormats = Object.keys(renderers);

export const isReviewFormat = (format: string): format is ReviewFormat => Object.hasOwn(renderers, format);

export function renderAs(format: ReviewFormat, document: ReviewDocument, paint: Paint): string {
  return renderers[format](document, paint);
}
