import { type Broker, installed, kubeconfig, secretNames, secretsOf } from "./steps.ts";

const artifact = "queueform-drift-${{ matrix.environment }}";

/**
 * Every night, all environments, red when something differs (exit 2) or could not be asked (exit 3). The job that knows
 * the brokers' secrets may write nothing, and the one that may write issues knows no secret.
 */
export function drift(environments: readonly string[], brokers: readonly Broker[]): string {
  const each = `    strategy:
      fail-fast: false
      matrix: { environment: [${environments.join(", ")}] }
    runs-on: ubuntu-latest
`;
  return `# Compares the brokers with the files every night; a red job is drift, or a broker that could not be asked. It only reads:
# the environments ENV-drift hold logins that may read, and nobody has to approve them. What differs stands in one issue for
# each environment, which is closed when nothing differs any more. Who sees the repository sees its issues.
name: queueform drift
on:
  schedule: [{ cron: "0 3 * * *" }]
  workflow_dispatch:
permissions: { contents: read }
concurrency: { group: queueform-drift, cancel-in-progress: false } # two runs at once could open two issues
jobs:
  drift:
${each}    timeout-minutes: 30
    environment: \${{ matrix.environment }}-drift
    steps:
${installed("persist-credentials: false")}${brokers.includes("redis") ? kubeconfig : ""}      - run: npx queueform drift --env \${{ matrix.environment }} --output json > drift.json
${secretsOf(brokers.map((broker) => secretNames[broker]))}      - if: \${{ !cancelled() }}
        uses: actions/upload-artifact@v4
        with: { name: "${artifact}", path: drift.json, if-no-files-found: ignore, overwrite: true, retention-days: 5 }

  issue:
    needs: drift
    if: \${{ !cancelled() }} # drift makes the job above fail
${each}    timeout-minutes: 15
    permissions: { contents: read, issues: write }
    steps:
${installed("persist-credentials: false")}      - id: drift
        continue-on-error: true # there is none when the job above could not begin
        uses: actions/download-artifact@v4
        with: { name: "${artifact}", path: "\${{ runner.temp }}/drift" }
      - if: steps.drift.outcome == 'success'
        run: test ! -s "$RUNNER_TEMP/drift/drift.json" || npx queueform comment --issue "$RUNNER_TEMP/drift/drift.json"
        env:
          GITHUB_TOKEN: \${{ github.token }}
`;
}
