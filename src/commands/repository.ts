import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** The way from the root of the repository to this folder, with / at its end; "" at the root or outside of any. */
export function pathInRepository(directory = process.cwd()): string {
  for (let root = directory; ; root = dirname(root)) {
    if (existsSync(join(root, ".git"))) {
      const path = relative(root, directory).split(sep).join("/");
      return path === "" ? "" : `${path}/`;
    }
    if (dirname(root) === root) return "";
  }
}
