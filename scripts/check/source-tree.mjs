import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFile } from './source-file.mjs'

const isSource = /(?<!\.d)\.(ts|tsx|mts|js|mjs)$/

/**
 * A package or an app of the workspace. Paths of files are relative to the repository, with forward slashes.
 *
 * @typedef {{
 *   folder: string,
 *   name: string,
 *   private: boolean,
 *   dependencies: string[],
 *   devDependencies: string[],
 *   files: import('./source-file.mjs').SourceFile[],
 * }} Member `folder` as `packages/core`; `dependencies` with the peers and optional ones
 */

/**
 * Reads every member of the workspace with its parsed sources and tests.
 *
 * @param {string} root
 * @returns {Member[]}
 */
export function readWorkspace(root) {
  const folders = ['packages', 'apps'].flatMap((group) => {
    const path = join(root, group)
    return existsSync(path) ? readdirSync(path).map((name) => `${group}/${name}`) : []
  })
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readMember(root, folder))
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {Member}
 */
function readMember(root, folder) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest
  const paths = ['src', 'test']
    .flatMap((part) => listFiles(root, `${folder}/${part}`))
    .filter((path) => isSource.test(path))
  return {
    folder,
    name: manifest.name,
    private: manifest.private === true,
    dependencies: Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }),
    devDependencies: Object.keys(devDependencies ?? {}),
    files: paths.map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8'))),
  }
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function listFiles(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(root, path) : [path]
    })
    .sort()
}
