/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * Counts a vitest run. A file that could not be loaded has no test to fail, and an error outside of any test fails the run
 * without failing a test: each counts as one failure, and so does a run in which nothing passed.
 *
 * @param {unknown} report what vitest's JSON reporter wrote; undefined when it wrote nothing
 * @param {number} exitCode of vitest
 * @returns {Tally}
 */
export function tally(report, exitCode) {
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } =
    /** @type {{ numPassedTests?: number, numFailedTests?: number, testResults?: TestFile[] }} */ (report ?? {})
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = numFailedTests + broken.length
  const unexplained = failed === 0 && (exitCode !== 0 || numPassedTests === 0)
  return { passed: numPassedTests, failed: unexplained ? 1 : failed }
}

/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

/**
 * The closing line of a run, in the form that CI reads.
 *
 * @param {Tally[]} tallies
 */
export function closingLine(tallies) {
  return `${sum(tallies, 'passed')} passed, ${sum(tallies, 'failed')} failed`
}

/**
 * @param {Tally[]} tallies
 * @param {'passed' | 'failed'} key
 */
export function sum(tallies, key) {
  return tallies.reduce((total, it) => total + it[key], 0)
}
