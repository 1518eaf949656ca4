import { ask, type Connection, GithubError } from "./api.ts";
import { textAt } from "./event.ts";

/** Whose the token is. Only GraphQL tells that to the token of a workflow; the REST API tells nobody but people. */
export async function ownLogin(connection: Connection): Promise<string> {
  const { value } = await ask(connection, "POST", "/graphql", { query: "{ viewer { login } }" });
  const login = textAt(value, "data", "viewer", "login");
  if (login === undefined)
    throw new GithubError(
      "GitHub doesn't say whose the token is, so what it wrote can't be told from what others did.",
      200,
    );
  return login;
}
