import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../../test/documents.js'

const run = promisify(execFile)
const scope = '@llmmon/'

/**
 * Packs those of these packages that are ours, and all of ours that they need, as a release would: so none of ours is looked for in a registry.
 *
 * @param folder where the tarballs go
 * @returns each package's name with `file:` and its tarball
 */
export async function packOwn(names: readonly string[], folder: string): Promise<Record<string, string>> {
  const packed: Record<string, string> = {}
  const waiting = names.filter((name) => name.startsWith(scope))
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (packed[name]) continue
    const short = name.slice(scope.length)
    const cwd = join(root, 'packages', short)
    const tarball = join(folder, `${short}.tgz`)
    await run('pnpm', ['pack', '--out', tarball], { cwd })
    packed[name] = `file:${tarball}`
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    waiting.push(...Object.keys({ ...dependencies, ...peerDependencies }).filter((needed) => needed.startsWith(scope)))
  }
  return packed
}
