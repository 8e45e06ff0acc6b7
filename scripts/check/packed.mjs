import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a package may bring: what the build wrote, and what npm always takes. */
const expected =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+\.(js|d\.ts|js\.map)|dist\/(cjs|esm)\/package\.json)$/
/** Keys, and assignments of them, as they are known from leaks. */
const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(npm|ghp|gho|ghs|github_pat|xox[abp])_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b/

/**
 * What should not be in a package that is published: files that nobody expects there, such as tests; source maps that reach out of the package or name where it
 * was built; keys.
 *
 * @param {{ path: string, text: string }[]} files as they would be packed
 * @param {string} root where the repository is on this machine
 * @returns {string[]}
 */
export function wrongContents(files, root) {
  return files.flatMap(({ path, text }) => {
    const wrong = []
    if (!expected.test(path) || /(^|[/.])(test|spec)[/.]/.test(path))
      wrong.push(`${path} does not belong into a package`)
    if (text.includes(root)) wrong.push(`${path} names the folder in which it was built`)
    if (secret.test(text)) wrong.push(`${path} has what looks like a key`)
    if (path.endsWith('.map')) wrong.push(...wrongSources(path, JSON.parse(text)))
    return wrong
  })
}

/**
 * @param {string} path
 * @param {{ sources: string[], sourcesContent?: (string | null)[] }} map
 * @returns {string[]}
 */
function wrongSources(path, { sources, sourcesContent = [] }) {
  return sources.flatMap((source, i) => {
    if (/^([a-z]+:|\/)/i.test(source)) return [`${path} names the source ${source}, which is no relative path`]
    const isOwn = /(^|\/)src\/[^.]/.test(source) && !source.includes('node_modules/')
    return !isOwn && sourcesContent[i] ? [`${path} carries the text of ${source}, which is not a source of ours`] : []
  })
}

/**
 * What is wrong with what `npm pack` would take of each package.
 *
 * @param {string} root
 * @param {string[]} folders of the packages, from the root
 * @param {(folder: string) => Promise<string>} pack gives the output of `npm pack --dry-run --json` in a folder
 * @returns {Promise<string[]>}
 */
export async function wrongPackages(root, folders, pack) {
  const wrong = []
  for (const folder of folders) {
    const [{ files }] = JSON.parse(await pack(folder))
    const read = files.map((/** @type {{ path: string }} */ { path }) => ({
      path,
      text: readFileSync(join(root, folder, path), 'utf8'),
    }))
    wrong.push(...wrongContents(read, root).map((what) => `${folder}: ${what}`))
  }
  return wrong
}
