import type { RouteTest, RouteTests } from "../routing/tests.ts";
import { type Mark, positionOf } from "../topology/mark.ts";
import { describeBinding } from "./route.ts";
import { count, type Paint } from "./style.ts";

const at = ({ source, start }: Mark): string => `${source.path}:${positionOf(source, start).line}`;

/** One line a test, with what is wrong under those that failed; then the bindings that no test used. */
export function renderRouteTests({ tests, unused }: RouteTests, paint: Paint): string {
  const lines = tests.flatMap((test) => {
    const verdict = test.failure ? paint("red", "failed") : paint("green", "ok    ");
    const line = `${verdict}  ${describe(test)}  ${paint("dim", at(test.mark))}`;
    return test.failure
      ? [line, `        ${test.failure.what}${test.failure.fix ? ` ${test.failure.fix}` : ""}`]
      : [line];
  });
  if (unused.length > 0) {
    lines.push("", "Bindings that no test uses:");
    for (const { spec, mark } of unused)
      lines.push(
        `  ${spec.source} → ${spec.destination}, ${describeBinding(spec)}  ${paint("dim", at(mark))}`,
      );
  }
  return `${lines.join("\n")}\n`;
}

function describe({ value: { publish, reject, reaches } }: RouteTest): string {
  const headers = publish.headers ? ` ${JSON.stringify(publish.headers)}` : "";
  const key = publish.key === undefined ? "" : ` ${publish.key}`;
  const target = reaches.length === 0 ? "dropped" : reaches.join(", ");
  return `${publish.exchange === "" ? "default exchange" : publish.exchange}${key}${headers}${reject ? ", rejected" : ""} → ${target}`;
}

export function summarizeRouteTests({ tests, unused, bindings }: RouteTests): string {
  const failed = tests.filter(({ failure }) => failure).length;
  return `${count(tests.length, "routing test")}, ${failed === 0 ? "all ok" : `${failed} failed`}; ${bindings - unused.length} of ${count(bindings, "binding")} used`;
}

const place = ({ source, start }: Mark): object => ({ file: source.path, ...positionOf(source, start) });

/** The same for `--output json`; lines are 1-based. */
export function routeTestsJson({ tests, unused, bindings }: RouteTests): Record<string, unknown> {
  return {
    tests: tests.map(({ value, vhost, reached, failure, mark }) => ({
      ok: failure === undefined,
      ...place(mark),
      vhost,
      ...value,
      reached,
      ...(failure && { problem: failure.what }),
    })),
    coverage: {
      bindings,
      used: bindings - unused.length,
      unused: unused.map(({ key, spec, mark }) => ({
        key,
        source: spec.source,
        destination: spec.destination,
        routingKey: spec.routingKey,
        ...place(mark),
      })),
    },
  };
}
