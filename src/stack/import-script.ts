/** What the script works on. */
export interface ImportScript {
  readonly stack: string;
  /** URNs of the providers of all objects. */
  readonly providers: readonly string[];
  /** Import files, by whether their objects are to be protected. */
  readonly files: readonly { readonly path: string; readonly isProtected: boolean }[];
  /** Whether Kubernetes objects are left to be taken over by `pulumi up`. */
  readonly takesOver: boolean;
  /** Whether the preview has to show no change at all. */
  readonly expectsNothing: boolean;
}

/** The variable with which the Kubernetes provider takes over what exists, instead of refusing to create it. */
export const takeOverVariable = "PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true";

/** A Bash script to be started anywhere, which stands in the project's folder. A second run of it changes nothing. */
export function importScript({ stack, providers, files, takesOver, expectsNothing }: ImportScript): string {
  const name = quoted(stack);
  const targets = providers.map((urn) => ` \\\n  --target ${quoted(urn)}`).join("");
  const imports = files.map(
    ({ path, isProtected }) =>
      `PULUMI_SKIP_CHECKPOINTS=true npx pulumi import --stack ${name} --file ${quoted(path)} --protect=${isProtected} \\\n  --generate-code=false --skip-preview --yes\n`,
  );
  return `#!/usr/bin/env bash
# Written by queueform import --pulumi --env ${stack}: takes what is on the brokers into Pulumi's state.
# It writes to that state and to no broker.
set -euo pipefail
cd "$(dirname "\${BASH_SOURCE[0]}")"

# A wrong broker would be imported just as well.
npx queueform target --env ${name}

# Only the providers, because imported objects belong to them.
npx pulumi up --stack ${name} --skip-preview --yes${targets}

# Saved once at the end and not after each object: a run that is killed has changed nothing, and is started again. Was it
# killed before it could unlock the stack, Pulumi says so: npx pulumi cancel --stack ${name}
${imports.join("\n")}
${takesOver ? `# The next pulumi up takes Kubernetes objects over in place. The provider keeps the setting until a run without it.\nexport ${takeOverVariable}\n` : ""}npx pulumi preview --stack ${name}${expectsNothing ? " --expect-no-changes" : ""}
`;
}

const quoted = (text: string): string =>
  /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
