import { brokerNames } from "../environment/environment.ts";
import type { Part } from "../sandbox/sandbox.ts";
import type { SandboxState } from "../sandbox/state.ts";
import type { Paint } from "./style.ts";

interface Status {
  readonly state?: SandboxState;
  readonly running: readonly Part[];
  readonly stopped: readonly Part[];
}

/** One line a broker: where it is and whether it answers. The password stays in the state file. */
export function renderSandbox(
  environment: string,
  { state, running, stopped }: Status,
  paint: Paint,
): string {
  if (!state)
    return `No sandbox is running for ${environment}. Start it: queueform sandbox up --env ${environment}\n`;
  const where: Record<Part, () => string> = {
    rabbitmq: () =>
      `${state.rabbitmq?.version}  ${state.rabbitmq?.endpoint} (management, user ${state.rabbitmq?.username}), amqp://127.0.0.1:${state.rabbitmq?.amqpPort}`,
    kafka: () =>
      `${state.kafka?.version}  ${state.kafka?.bootstrap.join(",")}${state.kafka?.loginBootstrap ? `, with a login (SCRAM-SHA-512) ${state.kafka.loginBootstrap.join(",")}` : ""}`,
    redis: () => `${state.redis?.version}  redis://${state.redis?.host}:${state.redis?.port}`,
    kubernetes: () => `${state.kubernetes?.version}  KUBECONFIG=${state.kubernetes?.kubeconfig}`,
  };
  const row = (part: Part, sign: string): string =>
    `${sign} ${paint("bold", brokerNames[part].padEnd(10))} ${where[part]()}\n`;
  return [
    ...running.map((part) => row(part, paint("green", "✓"))),
    ...stopped.map((part) => row(part, paint("red", "✗ stopped"))),
  ].join("");
}
