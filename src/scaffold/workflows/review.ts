import { installed } from "./steps.ts";

export const reviewWorkflow = "queueform review";
export const artifact = "queueform-review";

const checkout = installed("fetch-depth: 0, persist-credentials: false");
const diff = (format: string): string =>
  `npx queueform diff --against "origin/$GITHUB_BASE_REF" --output ${format}`;

/** Read-only and without secrets: what runs here comes from whoever opened the pull request. */
export const review =
  (): string => `# Says what a change of the topology does to messages. It runs code of the pull request, so it has no secret and may write
# nothing: queueform-comment.yaml posts the comment.
name: ${reviewWorkflow}
on: pull_request # no paths: a change that was taken back has to be looked at too
permissions: { contents: read }
concurrency: { group: "queueform-review-\${{ github.event.pull_request.number }}", cancel-in-progress: true }
jobs:
  review:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
${checkout}      - run: npx queueform validate
      - run: ${diff("json")} > review.json || test -s review.json
      - uses: actions/upload-artifact@v4
        with: { name: ${artifact}, path: review.json, if-no-files-found: error, retention-days: 5 }
      - name: Mark the lines, and fail from an outage on
        run: ${diff("github")}

  # Alerts beside the code. Public repositories have them; elsewhere they are switched on by the variable. Forks and
  # Dependabot may not write any.
  code-scanning:
    if: >-
      github.event.pull_request.head.repo.full_name == github.repository && github.actor != 'dependabot[bot]' &&
      (!github.event.repository.private || vars.QUEUEFORM_CODE_SCANNING == 'true')
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: { contents: read, actions: read, security-events: write }
    steps:
${checkout}      - run: ${diff("sarif")} > review.sarif || test -s review.sarif
      - uses: github/codeql-action/upload-sarif@v3
        with: { sarif_file: review.sarif, category: queueform }
`;
