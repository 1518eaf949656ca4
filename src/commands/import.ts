import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { adopt } from "../adopt/adopt.ts";
import { type Found, onlyVhost } from "../adopt/found.ts";
import { readFiles } from "../adopt/sources/files.ts";
import { readLive } from "../adopt/sources/live.ts";
import { type Mapping, mappingOf } from "../adopt/write/domains.ts";
import type { Environment } from "../environment/environment.ts";
import { readEnvironment } from "../environment/read.ts";
import { secretFromProcess } from "../environment/secrets.ts";
import { load } from "../load.ts";
import { importJson, type ImportReport, renderImport } from "../report/import.ts";
import { count } from "../report/style.ts";
import type { Diagnostic } from "../topology/diagnostic.ts";
import { projectDirectory, readSource, UsageError } from "../topology/files.ts";
import { parseYaml } from "../topology/yaml.ts";
import {
  type Command,
  type Console,
  environmentOption,
  exit,
  isJson,
  json,
  outputOption,
  text,
  type Values,
} from "./command.ts";
import { explain } from "./diagnose.ts";
import { nextSteps, passwordSecret } from "./import-steps.ts";
import { importPulumi } from "./import-pulumi.ts";

/** All others say how topology files are written, which --pulumi doesn't do. */
const optionsOfPulumi = ["pulumi", "env", "output"];

export const command: Command = {
  positionals: "[SOURCE]",
  maximumPositionals: 1,
  description: `Writes topology files that say exactly what already exists, so that the first run changes nothing. SOURCE is an export of RabbitMQ's definitions, YAML of the Messaging Topology Operator or of Strimzi (a file or a folder), or the URL of a RabbitMQ management API (with --user, and the password in ${passwordSecret}); or leave it out and name an environment with --env, whose RabbitMQ, Kafka and Redis (queues of Bull and BullMQ) are read, and what Queueform deployed to Kubernetes. With --pulumi it goes the other way: what topology files already say and brokers already have goes into the state of Pulumi.`,
  options: {
    out: {
      type: "string",
      placeholder: "DIR",
      description: "The folder to write to; files that are there are never changed",
    },
    env: {
      ...environmentOption,
      description: "Read the brokers of this environment: stacks/Pulumi.ENV.yaml",
    },
    user: {
      type: "string",
      placeholder: "NAME",
      description: "With a URL: the user to log in with (default: guest)",
    },
    domains: {
      type: "string",
      placeholder: "FILE",
      description:
        'YAML that says which names belong to which domain, "orders: [orders, orders.*]"; otherwise by prefix',
    },
    cluster: {
      type: "string",
      placeholder: "NAME",
      description: "What the cluster is called in the files (default: main); with --env: read only this one",
    },
    vhost: {
      type: "string",
      placeholder: "NAME",
      description: "Take only this vhost; also says of which vhost an export is that names none (default: /)",
    },
    access: {
      type: "boolean",
      description:
        "With --env: read users, ACLs and quotas of Kafka also where the stack file doesn't say access: managed",
    },
    pulumi: {
      type: "boolean",
      description: "Write pulumi-import-ENV.json and .sh, which take what is declared and exists into Pulumi",
    },
    output: outputOption,
  },
  run: async ([source], values, console) => {
    if (values["pulumi"] === true) {
      const other = Object.keys(command.options).find(
        (option) => option in values && !optionsOfPulumi.includes(option),
      );
      const wrong = source ?? (other && `--${other}`);
      if (wrong !== undefined)
        throw new UsageError(
          `--pulumi reads the project's own files and the brokers of --env. Leave out ${wrong}.`,
        );
      return importPulumi(values, console);
    }
    const directory = projectDirectory();
    const out = text(values, "out");
    if (out === undefined) throw new UsageError("Where to? Add --out DIR, for example --out topology.");
    for (const option of ["cluster", "vhost"])
      if (text(values, option) === "") throw new UsageError(`--${option} needs a name.`);
    const problems: Diagnostic[] = [];
    const report = (problem: Diagnostic): void => void problems.push(problem);
    const mapping = readMapping(text(values, "domains"), report);
    const { found: all, environment } = await read(source, values, directory, report);
    const vhost = text(values, "vhost");
    const found = all && vhost !== undefined ? onlyVhost(all, vhost) : all;
    if (!found || problems.length > 0) {
      explain(problems, console);
      return exit.findings;
    }
    const adopted = adopt(found, {
      ...(environment && { environment }),
      ...(mapping && { mapping }),
      schemaFor: (path) => schemaFrom(join(out, path), directory),
    });
    const written = adopted.files.map(({ path }) => join(out, path));
    refuseOverwriting(written);
    for (const [index, { text: content }] of adopted.files.entries()) {
      mkdirSync(dirname(written[index]!), { recursive: true });
      writeFileSync(written[index]!, content);
    }
    const findings = written.length > 0 ? load(written, undefined, directory).diagnostics : [];
    const next = nextSteps(found, adopted, written, out, environment, directory);
    const result = { found, adopted, written, findings, next };
    console.print(isJson(values) ? json(importJson(result)) : written.map((path) => `${path}\n`).join(""));
    say(console, renderImport(result, console.paintConversation));
    say(console, summary(result));
    return written.length === 0 || adopted.changes.length > 0 ? exit.findings : exit.ok;
  },
};

const say = (console: Console, line: string): void => console.say(`${line}\n`);

function summary({ found, adopted, written }: ImportReport): string {
  if (written.length === 0)
    return "Nothing was written: there is nothing here that a topology file could say.";
  const { files, changes } = adopted;
  const said = files.reduce((sum, { objects }) => sum + objects, 0);
  const effect =
    changes.length === 0
      ? "applying them changes nothing"
      : `applying them would change ${count(changes.length, "object")}`;
  return `${count(written.length, "file")}, ${said} of ${count(found.objects.length, "object")}: ${effect}.`;
}

async function read(
  source: string | undefined,
  values: Values,
  directory: string,
  report: (problem: Diagnostic) => void,
): Promise<{ readonly found?: Found | undefined; readonly environment?: Environment }> {
  const name = text(values, "env");
  if ((source === undefined) === (name === undefined))
    throw new UsageError(
      "Import from where? Name a file, a folder or a URL, or an environment with --env ENV: one of them.",
    );
  if (name === undefined && values["access"] === true)
    throw new UsageError("--access is for the Kafka of an environment: name one with --env ENV.");
  const cluster = text(values, "cluster");
  if (name !== undefined) {
    const environment = readEnvironment(directory, name, report);
    if (!environment) return {};
    const withAccess = values["access"] === true;
    return { environment, found: await readLive(environment, cluster, secretFromProcess, withAccess) };
  }
  if (/^https?:\/\//.test(source!)) return { found: await readUrl(source!, cluster ?? "main", values) };
  const vhost = text(values, "vhost");
  const options = { ...(cluster !== undefined && { cluster }), ...(vhost !== undefined && { vhost }) };
  return { found: readFiles(source!, options, report) };
}

async function readUrl(url: string, name: string, values: Values): Promise<Found> {
  if (!URL.canParse(url) || new URL(url).username !== "" || new URL(url).password !== "")
    throw new UsageError(
      `Write the URL of the management API without a login, such as http://localhost:15672. The user goes to --user, the password to the environment variable ${passwordSecret}.`,
    );
  const { readRabbitmq } = await import("../adopt/sources/rabbitmq-live.ts");
  const nowhere = { source: { path: "", text: "" }, start: 0, end: 0 };
  const cluster = {
    name,
    endpoint: url.replace(/\/+$/, ""),
    username: text(values, "user") ?? "guest",
    password: `\${secret:${passwordSecret}}`,
    reach: "direct",
    mark: nowhere,
  } as const;
  return readRabbitmq(cluster, secretFromProcess);
}

function readMapping(path: string | undefined, report: (problem: Diagnostic) => void): Mapping | undefined {
  if (path === undefined) return undefined;
  if (!existsSync(path)) throw new UsageError(`There is no file "${path}" (--domains).`);
  const source = readSource(path, report);
  const value = source && parseYaml(source, report);
  return value && mappingOf(value, path);
}

function refuseOverwriting(paths: readonly string[]): void {
  const present = paths.filter((path) => existsSync(path));
  if (present.length === 0) return;
  throw new UsageError(
    `Nothing was written: ${present.join(", ")} ${present.length === 1 ? "exists" : "exist"} and would be overwritten. Name another folder, or move ${present.length === 1 ? "it" : "them"} away.`,
  );
}

const schemaFrom = (file: string, directory: string): string =>
  relative(
    dirname(resolve(file)),
    join(directory, "node_modules/queueform/schema/topology.schema.json"),
  ).replaceAll(sep, "/");
