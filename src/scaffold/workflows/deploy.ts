import { type Broker, installed, kubeconfig, secretNames, secretsOf } from "./steps.ts";

/** Environment after environment, each with the approval and the secrets that GitHub keeps for it. */
export function deploy(environments: readonly string[], brokers: readonly Broker[]): string {
  const jobs = environments.map((name, index) => job(name, environments[index - 1], brokers));
  return `# Rolls out what was merged, one environment after the other. Settings > Environments holds the secrets of each, and who
# has to approve it. Each stack is made once by hand: npx pulumi stack init ENV, and pulumi config set --secret.
name: queueform deploy
on:
  push: { branches: [main] }
  workflow_dispatch:
permissions: { contents: read }
jobs:
${jobs.join("\n")}`;
}

function job(name: string, before: string | undefined, brokers: readonly Broker[]): string {
  const passwords = brokers.map((broker) => secretNames[broker]);
  const secrets = secretsOf(passwords);
  const stateSecrets = secretsOf(["PULUMI_CONFIG_PASSPHRASE", ...passwords]);
  const content = `      - run: npx queueform apply --env ${name} --only redis-content
${secrets}`;
  const redis = brokers.includes("redis");
  return `  ${name}:
${before === undefined ? "" : `    needs: ${before}\n`}    runs-on: ubuntu-latest
    timeout-minutes: 60
    environment: ${name}
    concurrency: { group: queueform-${name}, cancel-in-progress: false } # one run per stack at a time
    steps:
${installed("persist-credentials: false")}      - name: The state must outlive this job
        run: |
          if grep -q 'url: file:' Pulumi.yaml; then
            echo '::error file=Pulumi.yaml,title=State::backend.url is a folder of this machine, which the next run does not have. Name a shared one, such as s3://bucket.'
            exit 1
          fi
${redis ? kubeconfig : ""}      - run: npx queueform target --env ${name}
${secrets}      - run: npx queueform release --env ${name}
${stateSecrets}      - run: npx pulumi preview --json -s ${name} > preview.json
${stateSecrets}      - run: npx queueform gate preview.json --env ${name}
      - run: npx pulumi up --yes --skip-preview -s ${name}
${stateSecrets}${redis ? content : ""}      - run: npx queueform drift --env ${name}
${secrets}`;
}
