import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { makeProject, type Packed, type Project } from './project.js'

/** Installs a recipe outside of this repository: what it needs of others as its lockfile says, what it needs of ours from tarballs. */
export async function installRecipe(name: string, packed: Packed): Promise<Project> {
  const project = makeProject(`recipes/${name}`)
  onTestFinished(() => project.remove())
  const manifest = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8'))
  const others = Object.entries(manifest.dependencies).filter(([it]) => !(it in packed))
  project.write({ 'package.json': { ...manifest, dependencies: Object.fromEntries(others) } })
  await project.run('npm', 'ci', '--no-audit', '--no-fund')
  await project.run('npm', 'install', '--no-save', '--no-audit', '--no-fund', ...Object.values(packed))
  return project
}

/** Starts a program of a project, until the test is done; resolves when it has printed `ready`. */
export async function startProgram(
  { folder }: Project,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  ready: RegExp,
): Promise<RegExpExecArray> {
  const child: ChildProcess = spawn(process.execPath, [...args], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', ...env },
  })
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close')
  })
  let output = ''
  return new Promise((resolve, reject) => {
    const hear = (data: unknown) => {
      output += data
      const found = ready.exec(output)
      if (found) resolve(found)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('close', () => reject(new Error(`${args.join(' ')} ended: ${output}`)))
  })
}
