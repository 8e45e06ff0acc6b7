import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { run } from './command.mjs'

const oldestNode = [20, 19]
/** A stage that takes longer than this says that it is at work; a shorter one stays silent. */
const silenceMs = 400

/** What went wrong before the project could run, in words for the person who started it. */
export class BootstrapError extends Error {
  /** @override */
  name = 'BootstrapError'
}

/**
 * Throws unless this Node is one that llmmon runs on.
 *
 * @param {string} version as in `process.versions.node`
 */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  throw new BootstrapError(`llmmon needs Node ${oldestNode.join('.')} or newer; this is ${version}.`)
}

/**
 * Brings a checkout to the state in which it runs: the pinned pnpm, the locked packages, everything built. Quick and
 * silent when nothing has changed since the last time.
 *
 * @param {string} root the folder of the repository
 * @throws {BootstrapError} with the output of what failed
 */
export async function bootstrap(root) {
  checkNode(process.versions.node)
  Object.assign(process.env, { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', npm_config_update_notifier: 'false' })
  const pnpm = await stage('installing', () => pnpmFolder(root))
  const folders = [join(root, 'node_modules/.bin'), ...(pnpm ? [pnpm] : []), process.env.PATH]
  process.env.PATH = folders.join(delimiter)
  // CI keeps pnpm from asking whether it may replace a node_modules that another tool made.
  await stage('installing', () => must(root, 'pnpm', ['install', '--frozen-lockfile'], { CI: 'true' }))
  await stage('building', () => must(root, 'turbo', ['run', 'build', '--output-logs=errors-only', '--ui=stream']))
}

/** @type {Set<string>} */
const announced = new Set()

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function stage(name, work) {
  const timer = setTimeout(() => {
    if (!announced.has(name)) console.error(`llmmon: ${name}…`)
    announced.add(name)
  }, silenceMs)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {string} root
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
async function must(root, command, args, env = {}) {
  const { code, output } = await run(command, args, { cwd: root, env })
  if (code === 0) return
  throw new BootstrapError(
    `${output.trimEnd()}\n\nllmmon: \`${command} ${args.join(' ')}\` failed with exit code ${code}.`,
  )
}

/**
 * The folder of the pinned pnpm, or undefined when the one on PATH is it. Asked of npx once and remembered, for npx alone
 * takes longer than all the rest of a run in which nothing has changed.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
async function pnpmFolder(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const note = join(root, '.cache/pnpm.json')
  const known = existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : undefined
  if (known?.packageManager === packageManager && existsSync(join(known.folder, 'pnpm'))) return known.folder

  const own = await run('pnpm', ['--version'], { cwd: root })
  if (own.code === 0 && `pnpm@${own.stdout.trim()}` === packageManager) return undefined

  const fetched = await run('npx', ['-y', '-p', packageManager, '-c', 'command -v pnpm'], { cwd: root })
  const path = fetched.stdout.trim().split('\n').at(-1) ?? ''
  if (fetched.code !== 0 || !existsSync(path)) {
    throw new BootstrapError(
      `${fetched.output.trimEnd()}\n\nllmmon: npx could not fetch ${packageManager}. It comes from the npm registry, once: is that in reach?`,
    )
  }
  mkdirSync(dirname(note), { recursive: true })
  writeFileSync(note, `${JSON.stringify({ packageManager, folder: dirname(path) })}\n`)
  return dirname(path)
}
