import { renderPage } from "../report/rules.ts";
import { pages } from "../rules/lint/pages.ts";
import { UsageError } from "../topology/files.ts";
import { suggestion } from "../topology/nearest.ts";
import { type Command, exit } from "./command.ts";

export const command: Command = {
  positionals: "RULE",
  maximumPositionals: 1,
  description: "Prints the page of a rule: what it finds, why that matters, what to do, and how to allow it.",
  options: {},
  run: async ([id], _values, console) => {
    const page = id === undefined ? undefined : pages.get(id);
    if (!page) {
      throw new UsageError(
        id === undefined
          ? 'Which rule? Write: queueform explain RULE. "queueform rules" lists them all.'
          : `There is no rule "${id}". ${suggestion(id, pages.keys())}"queueform rules" lists them all.`,
      );
    }
    console.print(renderPage(page, console.paint));
    return exit.ok;
  },
};
