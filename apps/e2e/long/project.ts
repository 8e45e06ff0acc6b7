import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../test/documents.js'

const execute = promisify(execFile)

/** Packages as they are published, by their names: paths of tarballs. */
export type Packed = { readonly [name: string]: string }

/** Packs packages of this repository as they would be published, into a folder of their own. */
export async function pack(names: readonly string[]): Promise<Packed> {
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-packed-'))
  const packed: Record<string, string> = {}
  for (const name of names) {
    await run('pnpm', ['pack', '--pack-destination', folder], join(root, 'packages', name))
    const file = readdirSync(folder).find((it) => it.startsWith(`llmmon-${name}-`))
    packed[`@llmmon/${name}`] = join(folder, file ?? '')
  }
  return packed
}

/** Removes what `pack` has made. */
export function removePacked(packed: Packed): void {
  const [file] = Object.values(packed)
  if (file) rmSync(dirname(file), { recursive: true, force: true })
}

/** A project of a user of ours: a folder outside of this repository, which goes with the test. */
export interface Project {
  readonly folder: string
  /** Writes files, by their paths. */
  write(files: { readonly [path: string]: string | object }): void
  /** Runs a command in it. @throws with its output where it fails. */
  run(command: string, ...args: string[]): Promise<void>
  remove(): void
}

/** Makes a project: empty, or a copy of a folder of this repository. */
export function makeProject(from?: string): Project {
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-project-'))
  if (from) cpSync(join(root, from), folder, { recursive: true, filter: (it) => !it.includes('node_modules') })
  return {
    folder,
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
      }
    },
    run: (command, ...args) => run(command, args, folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  // Nothing of the settings under which the tests themselves were started.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$|^VITEST|^CI$/i.test(name))
  await execute(command, args, { cwd, env: Object.fromEntries(own), maxBuffer: 67_108_864 }).catch((error) => {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`)
  })
}
