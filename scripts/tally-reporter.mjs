import { writeFileSync } from 'node:fs'
import { tally } from './tally.mjs'

/** The vitest reporter that counts a run, and leaves the counts in the file that LLMMON_TALLY names. */
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} strayErrors
   */
  onTestRunEnd(modules, strayErrors) {
    const files = modules.map((module) => ({
      broken: module.errors().length > 0,
      tests: Array.from(module.children.allTests(), (test) => test.result().state),
    }))
    const file = process.env.LLMMON_TALLY
    if (file) writeFileSync(file, JSON.stringify(tally(files, strayErrors.length)))
  }
}
