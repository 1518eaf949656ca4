import { relative, resolve } from "node:path";
import { projectDirectory } from "../topology/files.ts";

/**
 * A path of the project as provider plugins can open it. They run in the folder of the program, and a relative path
 * keeps the state free of the names of people's folders.
 */
export function pluginPath(path: string): string {
  return relative(process.cwd(), resolve(projectDirectory(), path));
}
