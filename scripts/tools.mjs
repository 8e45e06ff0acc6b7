import { join } from 'node:path'
import { aptTool } from './apt-tool.mjs'
import { run } from './command.mjs'
import { providePythonRedis } from './python-redis.mjs'

/**
 * A program that tests need and npm does not carry.
 *
 * @typedef {{
 *   name: string,
 *   variable: string,
 *   given: string[],
 *   candidates: string[],
 *   apt: { package: string, program: string },
 *   fetch?: (root: string) => Promise<boolean>,
 *   versionFlag?: string,
 *   advice: string,
 * }} Tool `variable` names the program for the tests, `given` are the variables by which a person may name one; `versionFlag` is `--version` unless it is said
 */

/** @type {Tool} */
const chromium = {
  name: 'Chromium',
  variable: 'CHROMIUM_PATH',
  given: ['CHROMIUM_PATH'],
  candidates: [
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  // The script in usr/bin starts a program at an absolute path.
  apt: { package: 'chromium-headless-shell', program: 'usr/lib/chromium/chromium-headless-shell' },
  fetch: playwrightChromium,
  advice: 'Install Chromium or Chrome, or name one in CHROMIUM_PATH.',
}

/** @type {Tool} */
const redis = {
  name: 'Redis',
  variable: 'REDIS_SERVER',
  given: ['REDIS_URL', 'REDIS_SERVER'],
  candidates: ['redis-server', 'valkey-server', '/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server'],
  apt: { package: 'redis-server', program: 'usr/bin/redis-server' },
  advice:
    'Install redis-server or valkey-server, name one in REDIS_SERVER, or start `docker run --rm -p 6379:6379 redis:7` and set REDIS_URL=redis://127.0.0.1:6379.',
}

/** @type {Tool} */
const nginx = {
  name: 'nginx',
  variable: 'NGINX_PATH',
  given: ['NGINX_PATH'],
  candidates: ['nginx', '/usr/sbin/nginx', '/opt/homebrew/bin/nginx'],
  apt: { package: 'nginx', program: 'usr/sbin/nginx' },
  versionFlag: '-v',
  advice: 'Install nginx, or name one in NGINX_PATH.',
}

/**
 * What the tests of this checkout use that npm does not carry: `find` names it in the environment, or answers why it is not to be had.
 *
 * @param {string} root
 * @returns {import('./checks.mjs').Check[]}
 */
export function neededTools(root) {
  return [
    ...[chromium, redis, ...(process.env.LLMMON_LONG ? [nginx] : [])].map((tool) => ({
      name: tool.name,
      find: () => provide(root, tool),
    })),
    { name: 'Python with redis-py', find: () => providePythonRedis(root) },
  ]
}

/**
 * Finds a Redis, or fetches one, and names it in the environment.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} what to tell the person when there is none
 */
export function findRedis(root) {
  return provide(root, redis)
}

/**
 * Finds a tool, or fetches it into .cache, and names it in the environment for the tests.
 *
 * @param {string} root
 * @param {Tool} tool
 * @returns {Promise<string | undefined>} what to tell the person when it is not to be had
 */
async function provide(root, tool) {
  if (tool.given.some((variable) => process.env[variable])) return undefined
  for (const candidate of tool.candidates) {
    if (await starts(candidate, tool)) return use(tool, candidate)
  }
  const unpacked = await aptTool({ folder: join(root, '.cache/tools'), ...tool.apt })
  if ('path' in unpacked && (await starts(unpacked.path, tool))) return use(tool, unpacked.path)
  if (await tool.fetch?.(root)) return undefined
  const reason = 'reason' in unpacked ? unpacked.reason : `${unpacked.path} does not start`
  return `${tool.name} is not on this machine, and could not be fetched: ${reason}\n${tool.advice}`
}

/**
 * @param {Tool} tool
 * @param {string} path
 */
async function use(tool, path) {
  process.env[tool.variable] = path.includes('/') ? path : (await run('sh', ['-c', `command -v ${path}`])).stdout.trim()
  return undefined
}

/**
 * Whether a program is there and runs: some systems put stubs on PATH that only say how to install it.
 *
 * @param {string} program
 * @param {Tool} tool
 */
async function starts(program, { versionFlag = '--version' }) {
  const { code } = await run(program, [versionFlag])
  return code === 0
}

/**
 * Playwright's own download, for machines without apt. It leaves CHROMIUM_PATH unset: Playwright finds its own browser.
 *
 * @param {string} root
 */
async function playwrightChromium(root) {
  const folder = join(root, 'apps/e2e')
  process.env.PLAYWRIGHT_BROWSERS_PATH = join(root, '.cache/tools/playwright')
  const cli = join(folder, 'node_modules/playwright-core/cli.js')
  const { code } = await run(process.execPath, [cli, 'install', '--only-shell', 'chromium'], { cwd: folder })
  return code === 0
}
