import type { Connection } from "../github/api.ts";
import { UsageError } from "../topology/files.ts";
import type { Console } from "./command.ts";

/** GitHub as a workflow names it. Throws UsageError for what is not set. */
export function connectionFromProcess(permission: string, { say }: Console): Connection {
  const {
    GITHUB_TOKEN: token = "",
    GITHUB_API_URL: url = "",
    GITHUB_GRAPHQL_URL: graphql = "",
  } = process.env;
  if (token === "")
    throw new UsageError(
      "GITHUB_TOKEN is not set, so nothing can be posted. In a workflow: env: { GITHUB_TOKEN: ${{ github.token }} }",
    );
  const base = (url === "" ? "https://api.github.com" : url).replace(/\/+$/, "");
  if (!/^https?:\/\//.test(base) || !URL.canParse(base))
    throw new UsageError("GITHUB_API_URL is no http(s) URL.");
  return { url: base, graphqlUrl: graphql === "" ? `${base}/graphql` : graphql, token, permission, say };
}

/** owner/name of the repository that a workflow runs for. Throws UsageError elsewhere. */
export function repositoryFromProcess(): string {
  const { GITHUB_REPOSITORY: repository = "" } = process.env;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new UsageError(
      "GITHUB_REPOSITORY is not set to owner/name, so nobody knows where the issue is. GitHub sets it in workflows; queueform drift --output markdown prints the text anywhere.",
    );
  return repository;
}
