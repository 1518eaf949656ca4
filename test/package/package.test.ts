import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
let directory: string;
let installed: string;

/** Packs the project and installs the tarball in an empty folder, with the dependencies that are already here. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "queueform-package-"));
  // A copy without the sources' neighbours: a package that only works beside its repository is broken.
  const packed = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", directory], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as { filename: string }[] | Record<string, { filename: string }>;
  const [{ filename }] = Object.values(packed) as [{ filename: string }];
  installed = join(directory, "project/node_modules/queueform");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(directory, filename), "--strip-components=1", "-C", installed]);
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(directory, "project/node_modules", name);
    mkdirSync(join(link, ".."), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
  cpSync(join(root, "topology"), join(directory, "project/topology"), { recursive: true });
  cpSync(join(root, "stacks"), join(directory, "project/stacks"), { recursive: true });
  writeFileSync(
    join(directory, "project/Pulumi.yaml"),
    "name: mine\nruntime: { name: nodejs, options: { typescript: false } }\nmain: node_modules/queueform/bin/program.mjs\nstackConfigDir: stacks\n",
  );
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: join(directory, "project"), encoding: "utf8" });

test("ships JavaScript, the schema and nothing of the repository", () => {
  expect(existsSync(join(installed, "dist/cli.js"))).toBe(true);
  expect(existsSync(join(installed, "schema/topology.schema.json"))).toBe(true);
  for (const absent of ["src", "test", "topology", "stacks", "scripts"])
    expect(existsSync(join(installed, absent))).toBe(false);
});

test("validates in an empty folder", () => {
  const { status, stdout, stderr } = run(join(installed, "bin/queueform.mjs"), "validate");
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  expect(stderr).toMatch(/5 files, \d+ objects: no problems/);
});

test("answers --version with the version of the package", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  expect(run(join(installed, "bin/queueform.mjs"), "--version").stdout).toBe(`${version}\n`);
});

test("loads the Pulumi program", () => {
  const script = 'const { default: program } = await import("queueform"); console.log(typeof program);';
  const { status, stdout, stderr } = run("--input-type=module", "-e", script);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "function\n", stderr: "" });
});
