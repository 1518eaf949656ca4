import { artifact, reviewWorkflow } from "./review.ts";
import { installed } from "./steps.ts";

const run = "github.event.workflow_run";

/** May write comments, so it runs nothing of the pull request: only the default branch and a file that it doesn't believe. */
export const comment =
  (): string => `# Posts what queueform-review.yaml found. It may write comments, so it runs the default branch and nothing of the pull
# request; the artifact is only data, and is kept out of the checkout.
name: queueform comment
on:
  workflow_run: { workflows: [${reviewWorkflow}], types: [completed] }
permissions: {}
concurrency:
  group: "queueform-comment-\${{ ${run}.head_repository.full_name }}-\${{ ${run}.head_branch }}"
  cancel-in-progress: true
jobs:
  comment:
    if: ${run}.event == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions: { contents: read, actions: read, pull-requests: write }
    steps:
${installed('ref: "${{ github.event.repository.default_branch }}", persist-credentials: false')}      - id: review
        continue-on-error: true # there is none when the topology can't be read; the review says so
        uses: actions/download-artifact@v4
        with:
          name: ${artifact}
          path: \${{ runner.temp }}/review
          run-id: \${{ ${run}.id }}
          github-token: \${{ github.token }}
      - if: steps.review.outcome == 'success'
        run: npx queueform comment "$RUNNER_TEMP/review/review.json"
        env:
          GITHUB_TOKEN: \${{ github.token }}
`;
