const patterns = new Map<string, RegExp>();

/** Whether a name matches a glob, in which * stands for any part of a name, dots included. */
export function globMatches(glob: string, name: string): boolean {
  if (!glob.includes("*")) return glob === name;
  let pattern = patterns.get(glob);
  if (!pattern) {
    const parts = glob.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    patterns.set(glob, (pattern = new RegExp(`^${parts.join(".*")}$`, "s")));
  }
  return pattern.test(name);
}
