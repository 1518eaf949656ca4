import type { ApprovalRequest } from "./approvals.ts";
import { dayAhead } from "./approvals-file.ts";

/** Days that an entry lasts when nobody writes another day. */
const usual = 14;

/**
 * Entries for topology/approvals.yaml, to be pasted under `approvals:`; everything is there but the reason, which
 * `validate` asks for. Ends with a line break.
 */
export function approvalEntries(requests: readonly ApprovalRequest[], now: Date): string {
  return requests
    .map(
      ({ environment, object, operation, fingerprint, sentence }) => `  # ${oneLine(sentence)}
  - environment: ${scalar(environment)}
    object: ${scalar(object)}
    operation: ${operation}
    reason: "TODO: say why it may be lost"
    expires: ${dayAhead(usual, now)}
    fingerprint: "${fingerprint}"
`,
    )
    .join("");
}

/** The start of a file that isn't there yet. */
export const approvalsHeader = `# yaml-language-server: $schema=../node_modules/queueform/schema/approvals.schema.json
# What Pulumi may delete or replace. Who may approve that stands in CODEOWNERS.
approvals:
`;

const scalar = (text: string): string => (/^[A-Za-z][\w./~-]*$/.test(text) ? text : JSON.stringify(text));
const oneLine = (text: string): string => text.replace(/\s+/g, " ");
