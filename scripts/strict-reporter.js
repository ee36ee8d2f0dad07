/** In CI a test that does not run is a failure; the last line counts what ran. */
export default class StrictReporter {
  #problem

  onRunComplete(_, { numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
    const skipped = numPendingTests + numTodoTests
    process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped\n`)
    if (skipped > 0) this.#problem = new Error(`${skipped} tests were skipped`)
    if (numPassedTests === 0) this.#problem = new Error('no test ran')
  }

  getLastError() {
    return this.#problem
  }
}
