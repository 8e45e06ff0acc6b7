// Builds the package in the current folder: ESM and CommonJS with types, and the one-file build for a script tag.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))

rmSync('dist', { recursive: true, force: true })
for (const [folder, type] of [
  ['esm', 'module'],
  ['cjs', 'commonjs'],
]) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', `tsconfig.${folder}.json`], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  writeFileSync(`dist/${folder}/package.json`, `${JSON.stringify({ type })}\n`)
}

if (manifest.unpkg) {
  const { build } = await import('rolldown')
  await build({
    input: 'src/global.ts',
    platform: 'browser',
    transform: { target: 'es2020' },
    output: { file: manifest.unpkg, format: 'iife', minify: true, sourcemap: false },
  })
}
