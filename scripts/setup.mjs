// Installs what the project's commands need and nothing else: the locked dependencies, and a Node that runs TypeScript
// when the machine's is too old. Plain JavaScript, because the machine's own Node runs it. Does nothing the second time.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { unsupportedNode } from "../bin/node-version.mjs";

const root = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const at = (path) => join(root, path);
const modified = (path) => statSync(at(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  process.stderr.write("Installing dependencies ...\n");
  // Install scripts of dependencies would download provider plugins, which only `pulumi up` needs and fetches itself.
  // Not `npm ci`: it refuses a lock file that was written where packages for other systems are not to be had.
  npm("install", "--no-save", "--ignore-scripts");
}
const own = at("node_modules/.bin/node");
const machines = execFileSync("node", ["--version"], {
  env: { ...process.env, PATH: pathWithoutProject() },
  encoding: "utf8",
})
  .trim()
  .slice(1);
if (unsupportedNode(machines) && !existsSync(own)) {
  process.stderr.write(`Node.js ${machines} is too old; bringing Node.js 24 into node_modules ...\n`);
  npm("install", "--no-save", "node@24");
}

function npm(...args) {
  const { status } = spawnSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status === 0) return;
  process.stderr.write(
    `"npm ${args.join(" ")}" failed; what it says stands above. Nothing can run without the dependencies.\n`,
  );
  process.exit(1);
}

function pathWithoutProject() {
  return (process.env.PATH ?? "")
    .split(":")
    .filter((directory) => !directory.includes("node_modules"))
    .join(":");
}
