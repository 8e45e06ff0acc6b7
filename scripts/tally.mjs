/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * Counts a test run. A file that could not be loaded and an error outside of any test have no test to fail: each counts as
 * one failure.
 *
 * @param {{ broken: boolean, tests: string[] }[]} files `tests` holds the state of each test
 * @param {number} strayErrors how many errors nobody caught
 * @returns {Tally}
 */
export function tally(files, strayErrors) {
  const count = (/** @type {string} */ state) => files.flatMap(({ tests }) => tests).filter((it) => it === state).length
  const broken = files.filter((file) => file.broken).length
  return { passed: count('passed'), failed: count('failed') + broken + strayErrors }
}

/**
 * The tally of a run that ended: one in which nothing passed, or that failed for no reason it told, has failed.
 *
 * @param {Tally | undefined} counted undefined when the run ended before it counted
 * @param {number} exitCode
 * @returns {Tally}
 */
export function settle(counted, exitCode) {
  const { passed, failed } = counted ?? { passed: 0, failed: 0 }
  return { passed, failed: failed === 0 && (passed === 0 || exitCode !== 0) ? 1 : failed }
}
