import { join } from 'node:path'
import { wrongArrows } from './check/arrows.mjs'
import { wrongBytes } from './check/bytes.mjs'
import { wrongChangesets } from './check/changesets.mjs'
import { findCycles } from './check/cycles.mjs'
import { wrongPackages } from './check/packed.mjs'
import { readWorkspace } from './check/source-tree.mjs'
import { withoutTwin } from './check/twins.mjs'
import { run } from './command.mjs'

/**
 * @typedef {(line: string) => void} Say
 * @typedef {{ name: string, find: (say: Say) => Promise<string | undefined> }} Check `find` answers what is wrong, if
 *   anything is, and says what is worth knowing in any case
 */

/**
 * Everything about the sources that a machine can judge without running a test.
 *
 * @param {string} root
 * @returns {Check[]}
 */
export function checks(root) {
  const bin = (/** @type {string} */ name) => join(root, 'node_modules/.bin', name)
  const tool = (/** @type {string} */ name, /** @type {string[]} */ ...args) => failing(root, bin(name), args)
  const members = readWorkspace(root)
  const published = members.filter((member) => !member.private)
  const folders = published.map(({ folder }) => folder)
  const listed = async (/** @type {string[]} */ wrong) => wrong.join('\n') || undefined
  const each = async (/** @type {string} */ name, /** @type {string[]} */ ...args) => {
    const wrong = []
    for (const { folder } of published) wrong.push(await failing(join(root, folder), bin(name), args))
    return wrong.filter(Boolean).join('\n') || undefined
  }
  return [
    { name: 'lint, format, import order', find: () => tool('biome', 'ci', '--error-on-warnings', '--colors=off') },
    { name: 'types', find: () => tool('tsc', '-p', 'tsconfig.json') },
    { name: 'unused files, exports, dependencies', find: () => tool('knip', '--no-progress', '--no-config-hints') },
    {
      name: 'circular imports',
      find: () => listed(findCycles(members.flatMap((it) => it.files)).map((it) => it.join('\n  > '))),
    },
    { name: 'arrows between packages', find: () => listed(wrongArrows(members)) },
    { name: 'a test for each source', find: () => listed(published.flatMap(withoutTwin)) },
    { name: 'changesets', find: () => listed(wrongChangesets(root, members)) },
    {
      name: 'package contents (npm pack)',
      find: async () => listed(await wrongPackages(root, folders, (folder) => packed(join(root, folder)))),
    },
    { name: 'bytes in a page', find: async (say) => listed(await wrongBytes(root, say)) },
    { name: 'package contents (publint)', find: () => each('publint', '--strict') },
    {
      name: 'types as consumers resolve them (attw)',
      find: () => each('attw', '--pack', '.', '--no-emoji', '--no-color'),
    },
  ]
}

/** @param {string} folder */
async function packed(folder) {
  const { code, stdout, output } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: folder })
  if (code !== 0) throw new Error(output)
  return stdout
}

/**
 * @param {string} folder
 * @param {string} command
 * @param {string[]} args
 */
async function failing(folder, command, args) {
  const { code, output } = await run(command, args, { cwd: folder, env: { NO_COLOR: '1', FORCE_COLOR: undefined } })
  return code === 0 ? undefined : output.trimEnd() || `exit code ${code}`
}

/**
 * Runs the checks one after another and says of each how it went; what a check found is printed only when it failed.
 *
 * @param {Check[]} list
 * @param {(line: string) => void} [print]
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks(list, print = console.log) {
  let failed = 0
  for (const { name, find } of list) {
    const startedAt = performance.now()
    /** @type {string[]} */
    const said = []
    const wrong = await find((line) => said.push(line)).catch((error) => String(error?.stack ?? error))
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    print(`${wrong === undefined ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`)
    for (const line of said) print(`        ${line}`)
    if (wrong === undefined) continue
    failed += 1
    print(wrong.replace(/^/gm, '        '))
  }
  return { passed: list.length - failed, failed }
}
