import type { Page, Severity } from "../../topology/diagnostic.ts";

const page = (id: string, summary: string, why: string, fix: string): Page => ({
  id,
  severity: "error",
  summary,
  why,
  fix,
  structural: true,
});
const advice = (id: string, severity: Severity, summary: string, why: string, fix: string): Page => ({
  id,
  severity,
  summary,
  why,
  fix,
});

/** What is found while files are read and compared with the schema, before any rule looks at them; and about rules themselves. */
export const readingChecks: readonly Page[] = [
  advice(
    "allow-without-reason",
    "warning",
    'A comment "# allow <rule>" gives no reason.',
    "In a year nobody knows whether it still holds, so it allows nothing.",
    'Write "# allow <rule>: <reason>".',
  ),
  page(
    "approval-direct-engine",
    "An approval is about an environment of `queueform apply`.",
    "Nobody has to approve anything there: the one who applies names what may be lost.",
    "Remove the entry, and use --delete or --replace.",
  ),
  advice(
    "approval-expired",
    "warning",
    "The last day of an approval is over.",
    "It lets nothing through any more.",
    "Remove the entry, or have a new day approved.",
  ),
  page(
    "approval-stale",
    "An approval names something else than what the files ask for now.",
    "It could let the next loss of an object of that name through, which nobody has looked at.",
    'Remove the entry; "queueform diff --approvals" prints what has to be approved now.',
  ),
  page(
    "approval-too-long",
    "An approval lasts longer than a change takes to be rolled out.",
    "By then nobody remembers it, and it could let through a change that nobody looked at.",
    "Write an earlier day; the message names the last possible one.",
  ),
  page(
    "approval-unknown-environment",
    "An approval names an environment that has no stack file.",
    "It approves nothing, and the change that it was meant for is stopped.",
    "Correct the name; the message lists those that are known.",
  ),
  page(
    "duplicate-key",
    "A key stands twice in the same block.",
    "Only one of the two can count, and the other would be dropped without a word.",
    "Keep one of them, or rename the other.",
  ),
  page(
    "empty-file",
    "A file says nothing.",
    "A file without content is usually one that was saved too early or cut off on the way.",
    'Start it with "apiVersion: queueform/v1" and "domain: <name>", or delete it.',
  ),
  page(
    "file-not-readable",
    "A file can't be read.",
    "What it declares is unknown.",
    "Check its permissions.",
  ),
  page(
    "file-not-utf8",
    "A file is not UTF-8 text.",
    "Names read in a wrong encoding would create objects nobody meant.",
    "Save it as UTF-8, or name the file you meant.",
  ),
  page(
    "file-too-large",
    "A file is larger than any topology.",
    "It is probably not a topology but a dump.",
    "Split it by domain into several files, or name the file you meant.",
  ),
  page(
    "missing-key",
    "A word that must be there is missing.",
    "Without it there is nothing to create, or nobody knows how.",
    "Add it; the message shows an example.",
  ),
  page(
    "not-a-mapping",
    "A file holds a list or a single value.",
    "Nothing in it can be told apart as an exchange, a queue or a topic.",
    'Start it with "apiVersion: queueform/v1" and "domain: <name>".',
  ),
  page(
    "out-of-range",
    "A number or a text is too small, too large, too short or too long.",
    "The broker would refuse it.",
    "Choose a value in the range that the message names.",
  ),
  page(
    "overlay-unused",
    "A path in the overlay of an environment matches nothing.",
    "What it should change there stays as it is.",
    "Correct the path, or remove it.",
  ),
  page(
    "rule-not-optional",
    "A rule is turned off or allowed whose findings a broker refuses.",
    "Nothing can be created either way, so silence would only hide why.",
    "Remove the setting or the comment, and correct what the rule finds.",
  ),
  page(
    "secret-in-clear",
    "A secret stands in a file.",
    "A secret in a file is in everybody's history for good.",
    "Write a reference such as ${secret:NAME}, and change the secret if the file was ever shared.",
  ),
  page(
    "stack-without-environment",
    "A stack file doesn't say where the brokers are.",
    "Queueform can't find them, nor the engine that may write to them.",
    'Add "queueform:environment" under "config".',
  ),
  page(
    "unknown-key",
    "A word is not one of the language.",
    "It would be ignored, and what it was meant to do would not happen.",
    "Correct it; the message names the words that are known there.",
  ),
  page(
    "unknown-rule",
    "A setting or a comment names a rule that doesn't exist.",
    "It changes nothing, and what it was meant to silence is still reported.",
    'Correct the name; "queueform rules" lists them all.',
  ),
  page(
    "unknown-value",
    "A value is not one of those that a word takes.",
    "The broker knows no such value.",
    "Use one of those that the message names.",
  ),
  advice(
    "unused-allow",
    "warning",
    'A comment "# allow <rule>" allows something that is no longer found.',
    "The next real finding on that line would go unseen.",
    "Remove the comment.",
  ),
  page(
    "wrong-format",
    "A text is not written as a word needs it.",
    "It can't be understood otherwise.",
    "Write it like the example in the message: durations as 10m, sizes as 512Mi.",
  ),
  page(
    "wrong-shape",
    "A part of a file is not built as the schema says.",
    "It can't be understood otherwise.",
    "See the schema for what may stand there.",
  ),
  page(
    "wrong-type",
    "A value is of another type than a word takes.",
    "It can't be understood otherwise.",
    "Write a number, a text, a list or a block, as the message says.",
  ),
  page(
    "yaml-alias-bomb",
    "Anchors and aliases repeat each other, or nest too deeply.",
    "They grow without end when they are read.",
    "Write the repeated part out, or give each alias a small block of its own.",
  ),
  page(
    "yaml-key",
    "A key is not plain text.",
    "Keys are names of exchanges, queues and topics, or words of the language.",
    "Rename it.",
  ),
  page(
    "yaml-syntax",
    "A file is not YAML.",
    "Nothing in it can be checked.",
    "Correct the line; the place where reading stopped is marked.",
  ),
];
