import { type Broker, installed, kubeconfig, secretNames, secretsOf } from "./steps.ts";

/** Every night, all environments, red when something differs (exit 2) or could not be asked (exit 3). */
export function drift(environments: readonly string[], brokers: readonly Broker[]): string {
  return `# Compares the brokers with the files every night; a red job is drift, or a broker that could not be asked. It only reads:
# the environments ENV-drift hold logins that may read, and nobody has to approve them.
name: queueform drift
on:
  schedule: [{ cron: "0 3 * * *" }]
  workflow_dispatch:
permissions: { contents: read }
jobs:
  drift:
    strategy:
      fail-fast: false
      matrix: { environment: [${environments.join(", ")}] }
    runs-on: ubuntu-latest
    timeout-minutes: 30
    environment: \${{ matrix.environment }}-drift
    steps:
${installed("persist-credentials: false")}${brokers.includes("redis") ? kubeconfig : ""}      - run: npx queueform drift --env \${{ matrix.environment }}
${secretsOf(brokers.map((broker) => secretNames[broker]))}`;
}
