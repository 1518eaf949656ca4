import { otherSecret } from "../kinds/password.ts";
import type { Observation } from "../live/observe.ts";
import type { Plan } from "../plan/plan.ts";
import { UsageError } from "../topology/files.ts";
import { suggestion } from "../topology/nearest.ts";

/** Throws UsageError for a key that is not that of a declared user. */
export function checkUsers(plan: Plan, keys: readonly string[]): void {
  const users = plan.objects.filter(({ spec }) => "password" in spec).map(({ key }) => key);
  for (const key of keys) {
    if (users.includes(key)) continue;
    throw new UsageError(
      `--rotate ${key}: there is no such user in the files, so no password was sent. ${suggestion(key, users)}Users are made of apps: on clusters with access: managed; \`queueform plan\` shows their keys.`,
    );
  }
}

/** What was read, with the passwords of these users taken for other ones: a broker may not tell whether they are. */
export function withOtherPasswords(observation: Observation, keys: readonly string[]): Observation {
  return {
    ...observation,
    objects: observation.objects.map((object) =>
      keys.includes(object.key) ? { ...object, spec: { ...object.spec, password: otherSecret } } : object,
    ),
    unchecked: observation.unchecked.filter(({ key }) => !keys.includes(key)),
  };
}
