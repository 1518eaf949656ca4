import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { readResource, type StackResource } from "./resource.ts";
import { resourcesIn } from "./state.ts";

/** Pulumi could not do what it was asked for; the message says so to a person. */
export class PulumiError extends Error {}

/**
 * What a stack has in its state. Secrets stay encrypted in it. Throws PulumiError.
 */
export async function resourcesOf(stack: string, directory: string): Promise<StackResource[]> {
  const text = await run(["stack", "export", "--stack", stack], directory);
  const resources = resourcesIn(text);
  if (!resources) throw new PulumiError("`pulumi stack export` printed something that is no state.");
  return resources.flatMap((resource) => readResource(resource) ?? []);
}

/** Lifts the protection of these resources and of no others. Throws PulumiError. */
export async function unprotect(stack: string, urns: readonly string[], directory: string): Promise<void> {
  await run(["state", "unprotect", ...urns, "--yes", "--stack", stack], directory);
}

/** The `pulumi` on PATH, else the one that the project has installed. */
function run(args: readonly string[], directory: string): Promise<string> {
  const path = [process.env["PATH"] ?? "", join(directory, "node_modules", ".bin")].join(delimiter);
  const options = {
    cwd: directory,
    maxBuffer: 2 ** 30,
    env: { ...process.env, PATH: path, PULUMI_SKIP_UPDATE_CHECK: "true" },
  };
  return new Promise((resolve, reject) => {
    const child = execFile(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      options,
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        reject(
          new PulumiError(
            error.code === "ENOENT"
              ? "There is no Pulumi here: neither on PATH nor in node_modules. Install one, for example with npm install pulumi, and run this again."
              : `\`pulumi ${args.slice(0, 2).join(" ")}\` failed: ${stderr.trim() || error.message}`,
          ),
        );
      },
    );
    child.stdin?.end();
  });
}
