import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { root } from '../test/documents.js'

/** A published package as npm would get it. */
export interface PackedPackage {
  readonly tarball: string
  /** Other packages of this project that it needs. */
  readonly needs: readonly string[]
}

declare module 'vitest' {
  export interface ProvidedContext {
    packedPackages: { readonly [name: string]: PackedPackage }
  }
}

const run = promisify(execFile)

/** Packs every published package once for all tests of recipes, as a release would. */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-packed-'))
  const packed: Record<string, PackedPackage> = {}
  for (const short of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', short)
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    if (manifest.private) continue
    const tarball = join(folder, `${short}.tgz`)
    await run('pnpm', ['pack', '--out', tarball], { cwd })
    const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) =>
      name.startsWith('@llmmon/'),
    )
    packed[manifest.name] = { tarball, needs }
  }
  project.provide('packedPackages', packed)
  return () => rmSync(folder, { recursive: true, force: true })
}
