import { join } from 'node:path'
import { run } from './command.mjs'
import { providePythonChannels } from './python-channels.mjs'
import { neededTools } from './tools.mjs'

/**
 * Installs what the peers need, outside the workspace so that nothing else ever does; compiles the benchmarks and runs them.
 *
 * @param {string} root
 * @param {string[]} args for the benchmarks
 * @returns {Promise<number>} the exit code
 */
export async function runBench(root, args) {
  const folder = join(root, 'apps/bench')
  for (const { find } of neededTools(root)) {
    const missing = await find(console.error)
    if (missing) console.error(`llmmon: ${missing}`)
  }
  const withoutChannels = await providePythonChannels(root)
  if (withoutChannels) process.env.BENCH_WITHOUT_CHANNELS = withoutChannels
  const peers = await run('pnpm', ['install', '--ignore-workspace', '--frozen-lockfile'], {
    cwd: join(folder, 'peers/socket-io'),
    env: { CI: 'true' },
  })
  if (peers.code !== 0) console.error(`llmmon: the peers could not be installed.\n${peers.output}`)
  const compiled = await run('tsc', ['-p', 'tsconfig.build.json'], { cwd: folder })
  if (compiled.code !== 0) {
    console.error(compiled.output)
    return compiled.code
  }
  const { code } = await run(process.execPath, ['dist/main.js', ...args], { cwd: folder, show: true })
  return code
}
