import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { aptTool } from './apt-tool.mjs'
import { run } from './command.mjs'

const variable = 'PYTHON_WITH_REDIS'
const libraries = 'usr/lib/python3/dist-packages'

/**
 * Finds a Python that has redis-py, for the test in which another language writes a run, or fetches redis-py into .cache: from
 * Debian's packages, or with pip. Names it in the environment.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} what to tell the person when it is not to be had
 */
export async function providePythonRedis(root) {
  if (process.env[variable]) return undefined
  for (const python of ['python3', '/usr/bin/python3']) if (await imports(python)) return use(python)

  const folder = join(root, '.cache/tools')
  const unpacked = await aptTool({ folder, package: 'python3-redis', program: `${libraries}/redis/__init__.py` })
  const home = join(folder, 'python3-redis/root')
  if ('path' in unpacked) {
    for (const python of [join(home, 'usr/bin/python3'), '/usr/bin/python3', 'python3']) {
      if (await imports(python, join(home, libraries))) return use(python, join(home, libraries))
    }
  }
  const target = join(folder, 'redis-py')
  if (!existsSync(target)) await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', target, 'redis'])
  if (await imports('python3', target)) return use('python3', target)
  const reason = 'reason' in unpacked ? unpacked.reason : 'what was unpacked does not start'
  return `Python with redis-py is not on this machine, and could not be fetched: ${reason}\nInstall it (pip install redis), or name a Python that has it in ${variable}.`
}

/**
 * @param {string} python
 * @param {string} [path] where libraries are
 */
async function imports(python, path) {
  const { code } = await run(python, ['-c', 'import redis'], { env: path ? { PYTHONPATH: path } : {} })
  return code === 0
}

/**
 * @param {string} python
 * @param {string} [path]
 */
function use(python, path) {
  process.env[variable] = python
  if (path) process.env.PYTHONPATH = path
  return undefined
}
