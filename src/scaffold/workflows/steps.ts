/** Of every broker, the secret that stack files refer to. */
export const secretNames = {
  rabbitmq: "RABBITMQ_PASSWORD",
  kafka: "KAFKA_PASSWORD",
  redis: "REDIS_JOBS_PASSWORD",
} as const;

export type Broker = keyof typeof secretNames;

/** Where a workflow file of a name is. */
export const workflowFile = (name: string): string => `.github/workflows/queueform-${name}.yaml`;

/** Installs what package-lock.json says; `checkout` are settings of the action. */
export function installed(checkout: string): string {
  return `      - uses: actions/checkout@v4
        with: { ${checkout} }
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      - run: npm ci --ignore-scripts
`;
}

/** Given to the steps that need them only, so that nothing else of the job sees them. */
export function secretsOf(names: readonly string[]): string {
  return `        env:\n${names.map((name) => `          ${name}: \${{ secrets.${name} }}\n`).join("")}`;
}

/** Where the Kubernetes contexts of stack files come from. */
export const kubeconfig = `      - run: umask 077 && mkdir -p ~/.kube && printenv KUBECONFIG_CONTENT > ~/.kube/config
        env:
          KUBECONFIG_CONTENT: \${{ secrets.KUBECONFIG }}
`;
