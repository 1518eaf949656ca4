export const codeownersFile = ".github/CODEOWNERS";

/** Who must review what may be deleted or replaced, and this list itself; see the README on branch protection. */
export function codeowners(domain: string): string {
  return `# Who has to approve what may be deleted or replaced on brokers. Put your own team here, and turn on "Require review from
# Code Owners" for the main branch: without it this file only asks for a review.
/topology/approvals.yaml @your-organization/team-${domain}
/.github/CODEOWNERS @your-organization/team-${domain}
`;
}
