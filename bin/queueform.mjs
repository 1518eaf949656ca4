#!/usr/bin/env node
// Plain JavaScript, so that an old Node can say what it lacks instead of failing on the first type.
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { unsupportedNode } from "./node-version.mjs";

const beside = (path) => new URL(path, import.meta.url);
const argument = process.argv[2];

if (argument === "--version" || argument === "-v") {
  console.log(JSON.parse(readFileSync(beside("../package.json"), "utf8")).version);
} else {
  const problem = unsupportedNode();
  if (problem) {
    console.error(problem);
    process.exitCode = 3;
  } else {
    module.enableCompileCache();
    // A checkout runs its sources as they are; an installed package has them compiled.
    const { main } = await import(
      beside(existsSync(beside("../src/cli.ts")) ? "../src/cli.ts" : "../dist/cli.js")
    );
    process.exitCode = await main(process.argv.slice(2));
  }
}
