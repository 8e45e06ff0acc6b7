// Builds the package in the current folder: ES modules and CommonJS with types for both, and, where package.json names
// an `unpkg` file, src/global.ts as one minified file for a script tag.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))

for (const [format, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  compile(`tsconfig.${format}.json`)
  removeStale(`dist/${format}`)
  writeFileSync(`dist/${format}/package.json`, `${JSON.stringify({ type })}\n`)
}
if (manifest.unpkg) await bundle(manifest.unpkg)

/** @param {string} project */
function compile(project) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * Removes what an earlier build wrote for a source that no longer exists: it would be published.
 * The folder is not emptied first, because a running server may be serving from it.
 *
 * @param {string} folder
 */
function removeStale(folder) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const output = /^(.+?)(\.d)?\.(js|ts)(\.map)?$/.exec(file)
    if (output && !existsSync(join('src', `${output[1]}.ts`))) rmSync(join(folder, file))
  }
}

/** @param {string} file */
async function bundle(file) {
  const { build } = await import('rolldown')
  await build({
    input: 'src/global.ts',
    platform: 'browser',
    transform: { target: 'es2022' },
    output: {
      file,
      format: 'iife',
      minify: true,
      comments: { annotation: false },
      postBanner: notice(),
      sourcemap: true,
    },
  })
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
  writeFileSync(`${file}.map`, JSON.stringify(withOwnSources(map)))
}

/**
 * A source map that carries the text of our own sources and only the names of others.
 *
 * @param {{ sources: string[], sourcesContent: (string | null)[] }} map
 */
function withOwnSources(map) {
  const isOwn = (/** @type {string} */ source) => !source.includes('node_modules/')
  return {
    ...map,
    sources: map.sources.map((source) => source.replace(/^(\.\.\/)*(node_modules\/\.pnpm\/[^/]+\/)?/, '')),
    sourcesContent: map.sourcesContent.map((text, index) => (isOwn(map.sources[index] ?? '') ? text : null)),
  }
}

/** The copyright line that the licences of the bundled packages ask for. */
function notice() {
  const bundled = Object.keys(manifest.dependencies ?? {}).map((name) =>
    JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')),
  )
  const author = (/** @type {{ author?: string | { name: string } }} */ { author }) =>
    typeof author === 'object' ? author.name : (author ?? 'llmmon contributors')
  const named = [manifest, ...bundled].map((it) => `${it.name} ${it.version} (${it.license}, ${author(it)})`)
  return `/*! ${named.join(' · ')} */`
}
