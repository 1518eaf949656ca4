import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeownersFile } from "../scaffold/codeowners.ts";
import { gitignoreFile, projectFiles, type Wanted } from "../scaffold/files.ts";
import { UsageError } from "../topology/files.ts";
import { suggestion } from "../topology/nearest.ts";
import { type Command, exit, text, type Values } from "./command.ts";

const allBrokers = ["rabbitmq", "kafka", "redis"] as const;

/** Most repositories have them, with other people's lines in them. */
const shared = [codeownersFile, gitignoreFile];

export const command: Command = {
  positionals: "[DIRECTORY]",
  maximumPositionals: 1,
  description:
    "Writes the files of a new project: a topology, stack files and a CI workflow. Files that are already there are never changed.",
  options: {
    domain: {
      type: "string",
      placeholder: "NAME",
      description: "The part of the business to start with (default: orders)",
    },
    brokers: {
      type: "string",
      placeholder: "LIST",
      description: `Which of ${allBrokers.join(",")} (default: rabbitmq,kafka)`,
    },
    environments: {
      type: "string",
      placeholder: "LIST",
      description: "Environments beside the sandbox (default: dev,prod)",
    },
    ci: {
      type: "string",
      placeholder: "SYSTEM",
      description: "github (default) or none",
      values: ["github", "none"],
    },
  },
  run: async ([directory = "."], values, console) => {
    const all = projectFiles(wantedBy(values));
    const owned = shared.filter((path) => existsSync(join(directory, path)));
    const files = new Map([...all].filter(([path]) => !owned.includes(path)));
    const present = [...files].filter(([path]) => existsSync(join(directory, path)));
    const different = present
      .filter(([path, content]) => readFileSync(join(directory, path), "utf8") !== content)
      .map(([path]) => path);
    if (different.length > 0) {
      throw new UsageError(
        `Nothing was written: ${different.join(", ")} ${different.length === 1 ? "exists" : "exist"} and would be overwritten. Name another folder, or move ${different.length === 1 ? "it" : "them"} away.`,
      );
    }
    for (const [path, content] of files) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
      console.print(`${join(directory, path)}\n`);
    }
    for (const path of owned) {
      const lacking = linesLacking(all.get(path) ?? "", readFileSync(join(directory, path), "utf8"));
      if (lacking !== "") console.say(`Add to ${join(directory, path)}:\n${lacking}\n`);
    }
    console.say(
      "Next: npx queueform validate, then npx queueform sandbox up and npx queueform apply --env sandbox.\n",
    );
    return exit.ok;
  },
};

/** The lines of a text that a file lacks, with all comments; "" when it lacks nothing but those. */
function linesLacking(wanted: string, present: string): string {
  const known = new Set(present.split("\n").map((line) => line.trim()));
  const lines = wanted.split("\n").filter((line) => line !== "" && !known.has(line));
  return lines.every((line) => line.startsWith("#")) ? "" : lines.join("\n");
}

function wantedBy(values: Values): Wanted {
  const domain = text(values, "domain") ?? "orders";
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(domain)) {
    throw new UsageError(
      `--domain can't be "${domain}": it becomes part of names. Use lower-case letters, digits and hyphens.`,
    );
  }
  const environments = listOf(text(values, "environments") ?? "dev,prod");
  for (const name of environments) {
    if (!/^[a-z][a-z0-9-]*$/.test(name) || name === "sandbox")
      throw new UsageError(
        `--environments can't hold "${name}". Use names such as dev and prod; sandbox is always there.`,
      );
  }
  const brokers = listOf(text(values, "brokers") ?? "rabbitmq,kafka").map((name) => {
    const broker = allBrokers.find((known) => known === name);
    if (!broker)
      throw new UsageError(
        `--brokers can't hold "${name}". ${suggestion(name, allBrokers)}Use some of ${allBrokers.join(", ")}.`,
      );
    return broker;
  });
  return { domain, brokers, environments, ci: text(values, "ci") === "none" ? "none" : "github" };
}

const listOf = (list: string): string[] =>
  [...new Set(list.split(",").map((item) => item.trim()))].filter((item) => item !== "");
