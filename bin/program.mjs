// What Pulumi loads first. Plain JavaScript, so that an old Node can say what it lacks instead of failing on the first type.
import { existsSync } from "node:fs";
import { unsupportedNode } from "./node-version.mjs";

const problem = unsupportedNode();
if (problem) {
  console.error(`${problem} For Pulumi: PATH="$PWD/node_modules/.bin:$PATH" pulumi up`);
  process.exit(1);
}

// A checkout runs its sources as they are; an installed package has them compiled.
const beside = (path) => new URL(path, import.meta.url);
const { program } = await import(
  beside(existsSync(beside("../src/program.ts")) ? "../src/program.ts" : "../dist/program.js")
);

export default program;
