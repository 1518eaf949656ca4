import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { importScript } from "../../src/stack/import-script.ts";

test("the script is Bash, and names in it are data", () => {
  const script = importScript({
    stack: "it's $(touch pwned)",
    providers: ["urn:pulumi:x::y::pulumi:providers:kafka::kafka/`touch pwned`"],
    files: [{ path: "a b.json", isProtected: false }],
    takesOver: true,
    expectsNothing: true,
  });
  const said = execFileSync(
    "bash",
    ["-euc", `npx() { printf '<%s>' "$@"; echo; }\n${script.replace(/^cd .*$/m, "")}`],
    { encoding: "utf8" },
  );
  expect(existsSync("pwned")).toBe(false);
  expect(said.trim().split("\n")).toEqual([
    "<queueform><target><--env><it's $(touch pwned)>",
    "<pulumi><up><--stack><it's $(touch pwned)><--skip-preview><--yes><--target><urn:pulumi:x::y::pulumi:providers:kafka::kafka/`touch pwned`>",
    "<pulumi><import><--stack><it's $(touch pwned)><--file><a b.json><--protect=false><--generate-code=false><--skip-preview><--yes>",
    "<pulumi><preview><--stack><it's $(touch pwned)><--expect-no-changes>",
  ]);
});
