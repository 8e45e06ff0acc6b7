import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'

/**
 * A program of a Debian package, unpacked into `folder` with everything it needs that this machine lacks. Needs no root and
 * changes nothing outside `folder`. Answers the path of a script that starts the program, or says why there is none.
 *
 * @param {{ folder: string, package: string, program: string }} wanted `program` is its path in the package, as `usr/bin/redis-server`
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function aptTool({ folder, package: name, program }) {
  const home = join(folder, name)
  const script = join(home, 'run.sh')
  if (existsSync(script)) return { path: script }
  mkdirSync(folder, { recursive: true })
  // Unpacked aside and renamed, so that two runs at once do not meet in a half-filled folder.
  const work = mkdtempSync(join(folder, `.${name}-`))
  try {
    const failure = await unpack(name, work)
    if (failure) return { reason: failure }
    if (!existsSync(join(work, 'root', program))) return { reason: `the package ${name} has no ${program}` }
    writeFileSync(join(work, 'run.sh'), startScript(program), { mode: 0o755 })
    for (const unneeded of ['lists', 'archives', 'pkgcache.bin', 'srcpkgcache.bin']) {
      rmSync(join(work, unneeded), { recursive: true, force: true })
    }
    if (!existsSync(home)) renameSync(work, home)
    return { path: script }
  } catch (error) {
    if (existsSync(script)) return { path: script }
    return { reason: String(error) }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * @param {string} name
 * @param {string} work
 * @returns {Promise<string | undefined>} why it failed
 */
async function unpack(name, work) {
  const archives = join(work, 'archives')
  for (const folder of ['lists/partial', 'archives/partial', 'root']) mkdirSync(join(work, folder), { recursive: true })
  const settings = {
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': work,
    'Dir::Cache::archives': archives,
    'Debug::NoLocking': '1',
    'APT::Sandbox::User': '',
  }
  const options = ['-qq', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])]
  const apt = (/** @type {string[]} */ ...args) => run('apt-get', [...options, ...args], { cwd: archives })

  const updated = await apt('update')
  if (updated.code !== 0) return `apt-get update: ${lastLine(updated.output)}`
  const plan = await apt('-s', 'install', '--reinstall', '--no-install-recommends', name)
  const packages = missingPackages(plan.stdout)
  if (plan.code !== 0 || packages.length === 0) return `apt-get install ${name}: ${lastLine(plan.output)}`
  const fetched = await apt('download', ...packages)
  if (fetched.code !== 0) return `apt-get download: ${lastLine(fetched.output)}`
  for (const file of readdirSync(archives)) {
    if (!file.endsWith('.deb')) continue
    const unpacked = await run('dpkg', ['-x', join(archives, file), join(work, 'root')])
    if (unpacked.code !== 0) return `dpkg -x ${file}: ${lastLine(unpacked.output)}`
  }
  return undefined
}

/**
 * The packages that a simulated `apt-get install` would install: the wanted one and what this machine lacks.
 *
 * @param {string} plan
 */
export function missingPackages(plan) {
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => /** @type {string} */ (name))
}

/** @param {string} program */
function startScript(program) {
  // Found from the script's own place: the folder is renamed after this is written, and a checkout may be moved.
  return `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/root
for folder in "$here"/usr/lib/*-linux-gnu*; do
  LD_LIBRARY_PATH="$folder:$folder/nss:$folder/pulseaudio\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
export LD_LIBRARY_PATH
exec "$here/${program}" "$@"
`
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1) || 'failed without a word'
}
