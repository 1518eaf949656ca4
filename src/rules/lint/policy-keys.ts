import { argumentProblem, queueArguments } from "../../kinds/rabbitmq-queue/arguments.ts";

const argumentFor = new Map(
  Object.entries(queueArguments).flatMap(([argument, { policy }]) =>
    policy === undefined ? [] : [[policy, argument]],
  ),
);

/** What is wrong with the value of a policy key, as the end of a sentence; undefined when it is right. */
export function policyValueProblem(key: string, value: unknown): string | undefined {
  if (key === "alternate-exchange") return typeof value === "string" ? undefined : "must be a text";
  const argument = argumentFor.get(key);
  return argument === undefined ? undefined : argumentProblem(argument, value);
}
