const needed = [22, 22];

/** A sentence that says what to do when this Node can't run Queueform; undefined when it can. */
export function unsupportedNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return undefined;
  return (
    `Queueform needs Node.js ${needed.join(".")} or newer; this is ${version}, which can't run it. ` +
    "Install a newer one, or run it through npm in this project (npm run ..., npx queueform), which finds the one that `npm run quickstart` brought."
  );
}
