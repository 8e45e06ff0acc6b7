import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'
import { tally } from './tally.mjs'

/**
 * Runs vitest, its output going straight to the terminal, and counts what it did.
 *
 * @param {string} root
 * @param {string[]} args for vitest: filters and options
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runVitest(root, args) {
  const report = join(root, `.cache/vitest-${process.pid}.json`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { code } = await run(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { LLMMON_TEST_PARENT: String(process.pid) },
    show: true,
  })
  const written = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
  rmSync(report, { force: true })
  const counted = tally(written, code)
  if (counted.passed === 0) console.log('llmmon: no test passed.')
  return counted
}
