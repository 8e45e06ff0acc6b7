import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../test/documents.js'
import { packOwn } from './pack-own.js'
import { type Program, startProgram } from './program.js'

type Environment = Readonly<Record<string, string>>

/** A recipe, installed in a folder of its own outside the repository, as somebody who has copied it would. */
export interface Recipe {
  /** Where it is installed. */
  readonly folder: string
  /** Starts a command of the recipe; the tools of its `node_modules` are on the path. Resolves when it prints an address. It is ended with the tests. */
  start(command: readonly string[], env?: Environment): Promise<Program>
  /** Runs a command of the recipe to its end; gives what it prints. @throws (rejects) with its output if it fails. */
  run(command: readonly string[], env?: Environment): Promise<string>
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
}

const execute = promisify(execFile)
const hidden = new Set(['node_modules', '.next', '.nuxt', '.output', '.svelte-kit', 'dist'])
const npmOptions = [
  '--prefer-offline',
  '--ignore-scripts',
  '--engine-strict',
  '--no-audit',
  '--no-fund',
  // Whoever installs from the lockfile uses a registry of their own.
  '--omit-lockfile-registry-resolved',
]

/**
 * For the tests of the file that calls it: installs `recipes/<name>`, the frameworks from the registry exactly as locked, our own packages as they are now, packed as for
 * a release. Adds a test that the committed lockfile is whole; `vitest -u` writes it.
 *
 * @example
 * const recipe = recipeOf('express')
 * it('serves', async () => {
 *   const { url } = await recipe.start(['node', 'cookie.mjs'], { PORT: '0' })
 * })
 */
export function recipeOf(name: string): Recipe {
  const source = join(root, 'recipes', name)
  const folder = mkdtempSync(join(tmpdir(), `llmmon-${name}-`))
  const programs: Program[] = []
  let lockfile = ''

  beforeAll(async () => {
    cpSync(source, folder, { recursive: true, filter: (path) => !hidden.has(path.split(/[\\/]/).at(-1) ?? '') })
    lockfile = await install(folder)
  })
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.close()))
    rmSync(folder, { recursive: true, force: true })
  })
  it('has a lockfile that is whole', async () => {
    await expect(lockfile).toMatchFileSnapshot(join(source, 'package-lock.json'))
  })

  return {
    folder,
    async start(command, env) {
      const program = await startProgram(command, { cwd: folder, env: environment(folder, env) })
      programs.push(program)
      return program
    },
    async run([program = '', ...args], env) {
      const options = { cwd: folder, env: environment(folder, env), maxBuffer: 2 ** 26 }
      return (await execute(program, args, options)).stdout
    },
  }
}

/** Installs; gives the lockfile as it is to be committed. */
async function install(folder: string): Promise<string> {
  const file = join(folder, 'package.json')
  const text = readFileSync(file, 'utf8')
  const manifest: Manifest = JSON.parse(text)
  // Beside what is copied, so that no tool takes it for a part of the recipe.
  const tarballs = mkdtempSync(join(tmpdir(), 'llmmon-packed-'))
  const own = await packOwn(Object.keys(manifest.dependencies), tarballs)
  const dependencies = { ...manifest.dependencies, ...own }
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies }))
  await execute('npm', ['install', ...npmOptions], { cwd: folder, maxBuffer: 2 ** 26 })
  rmSync(tarballs, { recursive: true })
  writeFileSync(file, text)
  return withoutOwn(readFileSync(join(folder, 'package-lock.json'), 'utf8'), manifest)
}

/** What the world's packages are pinned to; ours are taken as they are published. */
function withoutOwn(lockfile: string, { dependencies }: Manifest): string {
  const lock = JSON.parse(lockfile)
  for (const path of Object.keys(lock.packages)) if (path.includes('node_modules/@llmmon/')) delete lock.packages[path]
  lock.packages[''].dependencies = dependencies
  return `${JSON.stringify(lock, null, 2)}\n`
}

function environment(folder: string, env: Environment = {}): NodeJS.ProcessEnv {
  // What vitest says of itself means a test mode to frameworks.
  const { NODE_ENV: _mode, VITEST: _vitest, TEST: _test, DEV: _dev, PROD: _prod, MODE: _name, ...outside } = process.env
  const quiet = { NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' }
  const PATH = [join(folder, 'node_modules/.bin'), process.env.PATH].join(delimiter)
  return { ...outside, ...quiet, PATH, ...env }
}
