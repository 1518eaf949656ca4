import type { Environment } from "../../environment/environment.ts";
import type { Outcome } from "../../live/outcome.ts";

interface Difference {
  readonly key: string;
  readonly kind: string;
  readonly outcome: Outcome;
}

/**
 * The commands that put brokers right, of the one engine that owns them; [] where no command can. Only what is inside
 * Redis is `apply`'s also where Pulumi owns the rest: it has no resource for that. `unknown` are keys of what exists and
 * Pulumi doesn't remember.
 */
export function repairOf(
  { name, engine }: Pick<Environment, "name" | "engine">,
  differences: readonly Difference[],
  unknown: readonly string[] = [],
): string[] {
  const done = (difference: Difference): boolean => !["nothing", "unseen"].includes(difference.outcome.what);
  const owed = differences.filter(done);
  if (engine === "direct") {
    const refused = owed.filter(({ outcome }) => outcome.what === "refused");
    if (owed.length === 0) return [];
    return [
      `npx queueform apply --env ${name}`,
      ...(refused.length > 0
        ? ["# only for objects that may be deleted with all they hold and made anew:"]
        : []),
      ...refused.map(({ key }) => `npx queueform apply --env ${name} --replace ${quoted(key)}`),
    ];
  }
  const inRedis = owed.filter(({ kind }) => kind === "redis-content");
  const others = owed.length > inRedis.length;
  return [
    ...(unknown.length > 0
      ? [
          "# take over what exists and Pulumi doesn't remember: pulumi up would try to create it",
          `npx queueform import --pulumi --env ${name}`,
          `./pulumi-import-${name}.sh`,
        ]
      : []),
    ...(others
      ? [
          "# first: are these the right brokers? On others everything looks deleted to Pulumi",
          `npx queueform target --env ${name}`,
          "# then see what would be done and whether somebody has approved what would be lost, and do it",
          `npx pulumi preview --refresh --json -s ${name} > preview.json`,
          `npx queueform gate preview.json --env ${name}`,
          `npx pulumi up --refresh -s ${name}`,
        ]
      : []),
    ...(inRedis.length > 0 ? [`npx queueform apply --env ${name} --only redis-content`] : []),
  ];
}

/** For a shell. */
const quoted = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
