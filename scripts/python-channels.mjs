import { delimiter, join } from 'node:path'
import { aptTool } from './apt-tool.mjs'
import { run } from './command.mjs'

const libraries = 'usr/lib/python3/dist-packages'

/**
 * Finds a Python that has Django Channels, its Redis layer and Daphne, for the benchmarks alone, or fetches them into .cache from Debian's packages.
 * Names it in BENCH_PYTHON and BENCH_PYTHONPATH.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} why there is none
 */
export async function providePythonChannels(root) {
  if (process.env.BENCH_PYTHON) return undefined
  if (await imports('python3')) return use('python3')
  const folder = join(root, '.cache/tools')
  const paths = []
  for (const [name, file] of [
    ['python3-channels-redis', 'channels_redis'],
    ['daphne', 'daphne'],
  ]) {
    const program = `${libraries}/${file}/__init__.py`
    const unpacked = await aptTool({ folder, package: /** @type {string} */ (name), program })
    if ('reason' in unpacked) return unpacked.reason
    paths.push(join(folder, /** @type {string} */ (name), 'root', libraries))
  }
  const path = paths.join(delimiter)
  for (const python of ['/usr/bin/python3', 'python3']) if (await imports(python, path)) return use(python, path)
  return 'what was unpacked does not start'
}

/**
 * @param {string} python
 * @param {string} [path] where libraries are
 */
async function imports(python, path) {
  const wanted = 'import channels, channels_redis.core, daphne.server'
  const { code } = await run(python, ['-c', wanted], { env: path ? { PYTHONPATH: path } : {} })
  return code === 0
}

/**
 * @param {string} python
 * @param {string} [path]
 */
function use(python, path) {
  process.env.BENCH_PYTHON = python
  if (path) process.env.BENCH_PYTHONPATH = path
  return undefined
}
