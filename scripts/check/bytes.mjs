import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

/**
 * What a page may have to load, minified and gzipped.
 *
 * @typedef {{ name: string, folder: string, budget: number, onTopOf?: string } & (
 *   | { exports: string[], external?: string[] }
 *   | { file: string }
 * )} Budget `folder` of the package; `budget` in bytes. Either what a page imports by name, bundled with everything but
 *   `external` (names of packages that the page has anyway), or a file of the package as it is published. `onTopOf` names the one before it whose bytes
 *   do not count
 */

/** @type {Budget[]} */
export const budgets = [
  {
    name: '@llmmon/client, imported',
    folder: 'packages/client',
    exports: ['ChainMonitor', 'createMonitorClient'],
    budget: 9_000,
  },
  {
    name: '@llmmon/client, as a script',
    folder: 'packages/client',
    file: 'dist/chain-monitor.global.js',
    budget: 9_100,
  },
  {
    name: '@llmmon/react, on top of the client',
    folder: 'packages/react',
    exports: ['ChainMonitor', 'createMonitorClient', 'useChainMonitor', 'MonitorProvider'],
    external: ['react'],
    onTopOf: '@llmmon/client, imported',
    budget: 700,
  },
  {
    name: '@llmmon/vue, on top of the client',
    folder: 'packages/vue',
    exports: ['ChainMonitor', 'createMonitorClient', 'useChainMonitor', 'monitorPlugin'],
    external: ['vue'],
    onTopOf: '@llmmon/client, imported',
    budget: 800,
  },
]

/**
 * The packages that have grown beyond their budget, and those that are so far below that it no longer guards anything.
 *
 * @param {string} root
 * @param {(line: string) => void} say takes a line for each size
 * @param {Budget[]} [list]
 * @returns {Promise<string[]>}
 */
export async function wrongBytes(root, say, list = budgets) {
  const wrong = []
  /** @type {Record<string, number>} */
  const whole = {}
  for (const item of list) {
    const { name, budget, onTopOf } = item
    whole[name] = gzipSync(await load(root, item), { level: 9 }).length
    const bytes = whole[name] - (onTopOf === undefined ? 0 : (whole[onTopOf] ?? 0))
    say(`${name}: ${bytes} of ${budget} bytes`)
    if (bytes > budget) wrong.push(`${name}: expected at most ${budget} bytes, minified and gzipped; got ${bytes}`)
    if (bytes < budget * 0.9) wrong.push(`${name}: has ${bytes} bytes; lower its budget of ${budget}, so that it stays`)
  }
  return wrong
}

/**
 * @param {string} root
 * @param {Budget} item
 * @returns {Promise<Buffer>}
 */
async function load(root, item) {
  if ('file' in item) return readFileSync(join(root, item.folder, item.file))
  const manifest = JSON.parse(readFileSync(join(root, item.folder, 'package.json'), 'utf8'))
  const entry = JSON.stringify(join(root, item.folder, manifest.module))
  return Buffer.from(await bundle(`export { ${item.exports.join(', ')} } from ${entry}`, item.external))
}

/**
 * A module with all that it imports as one minified text, as a page gets it.
 *
 * @param {string} source
 * @param {string[]} [external] packages that are left out, with everything in them
 * @returns {Promise<string>}
 */
export async function bundle(source, external = []) {
  const entry = 'entry-of-the-page'
  const built = await rolldown({
    input: entry,
    platform: 'browser',
    logLevel: 'silent',
    external: external.map((name) => new RegExp(`^${name}(/|$)`)),
    transform: { target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [
      {
        name: entry,
        resolveId: (id) => (id === entry ? join(process.cwd(), `${entry}.js`) : undefined),
        load: (id) => (id.endsWith(`${entry}.js`) ? source : undefined),
      },
    ],
  })
  const { output } = await built.generate({ format: 'esm', minify: true, comments: { annotation: false } })
  await built.close()
  return output.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
}
