/** The workflow that checks every change: one step behind the checkout. */
export const workflowText = (config: string): string => `name: reprogate
on:
  pull_request:
  push:
    branches: [main, master]
permissions:
  contents: read
  pull-requests: write
jobs:
  reprogate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: {fetch-depth: 0}
      - uses: acme/reprogate@v1${config === 'reprogate.yml' ? '' : `\n        with: {config: ${JSON.stringify(config)}}`}
`
