import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'
import { settle } from './tally.mjs'

/**
 * Runs vitest, its output going straight to the terminal, and counts what it did.
 *
 * @param {string} root
 * @param {string[]} args for vitest: filters and options
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export async function runVitest(root, args) {
  const file = join(root, `.cache/tally-${process.pid}.json`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/tally-reporter.mjs')}`]
  const { code } = await run(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { LLMMON_TEST_PARENT: String(process.pid), LLMMON_TALLY: file, ...colours() },
    show: true,
  })
  const counted = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  rmSync(file, { force: true })
  if (!counted?.passed) console.log('llmmon: no test passed.')
  return settle(counted, code)
}

/** Vitest colours its output for a file too; a log is easier to read without. */
function colours() {
  return process.stdout.isTTY || process.env.FORCE_COLOR ? {} : { NO_COLOR: '1' }
}
