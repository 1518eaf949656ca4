import { runRouteTests } from "../routing/tests.ts";
import type { Rule } from "./rule.ts";

export const rule: Rule = {
  id: "route-failed",
  severity: "error",
  summary: "A message of a routing test does not reach what the test says.",
  why: "The test says how messages must go, and in this topology they don't.",
  fix: 'Correct the bindings, or "reaches" if this is what should happen; `queueform route` shows the way of a message.',
  check: (model, report) => {
    for (const { failure } of runRouteTests(model).tests) if (failure) report(failure);
  },
};
