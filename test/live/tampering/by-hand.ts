import { expect } from "vitest";
import type { Drift } from "../../../src/live/drift.ts";
import type { RabbitmqState } from "../../../src/sandbox/state.ts";

/** A call of the management API as somebody makes it past Queueform. */
export type Call = (method: "PUT" | "POST" | "DELETE", path: string, body?: object) => Promise<void>;

/** `path` begins after /api/; "%" in it stands for the vhost. */
export function managementOf({ endpoint, username, password }: RabbitmqState, vhost: string): Call {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return async (method, path, body) => {
    const answer = await fetch(`${endpoint}/api/${path.replace("%", encodeURIComponent(vhost))}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}: ${answer.status} ${await answer.text()}`).toBe(true);
  };
}

/** Everything that a drift holds, one line each, with the part that all keys have in common left out. */
export function linesOf({ changed, missing, unmanaged, unchecked }: Drift, common: string): string[] {
  const short = (key: string): string => key.replace(common, "");
  return [
    ...changed.flatMap(({ key, fields, operation }) =>
      operation === "remove"
        ? [`superseded ${short(key)}`]
        : fields.map(
            ({ field, before, after, through }) =>
              `changed ${short(key)} ${field}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}${through === undefined ? "" : ` through ${through}`}`,
          ),
    ),
    ...missing.map(({ key }) => `missing ${short(key)}`),
    ...unmanaged.map(({ key }) => `unmanaged ${short(key)}`),
    ...unchecked.filter(({ cause }) => cause === "not-allowed").map(({ key }) => `unchecked ${short(key)}`),
  ].toSorted();
}
