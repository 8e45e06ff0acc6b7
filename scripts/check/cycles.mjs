import { posix } from 'node:path'

/**
 * Circles of relative imports, each as the paths along it. Type imports count: files that need each other's types are one
 * idea in two files.
 *
 * @param {import('./source-file.mjs').SourceFile[]} files
 * @returns {string[][]}
 */
export function findCycles(files) {
  const paths = new Set(files.map(({ path }) => path))
  const edges = new Map(files.map(({ path, imports }) => [path, targetsOf(path, imports, paths)]))
  /** @type {string[][]} */
  const cycles = []
  /** @type {Set<string>} */
  const done = new Set()
  /** @type {string[]} */
  const trail = []
  /** @param {string} path */
  const visit = (path) => {
    if (done.has(path)) return
    const start = trail.indexOf(path)
    if (start >= 0) {
      cycles.push([...trail.slice(start), path])
      return
    }
    trail.push(path)
    edges.get(path)?.forEach(visit)
    trail.pop()
    done.add(path)
  }
  paths.forEach(visit)
  return cycles
}

/**
 * @param {string} path
 * @param {import('./source-file.mjs').Import[]} imports
 * @param {Set<string>} paths
 */
function targetsOf(path, imports, paths) {
  return imports.flatMap(({ specifier }) => {
    if (!specifier.startsWith('.')) return []
    const target = posix.join(posix.dirname(path), specifier)
    const known = [target, target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')].find((it) => paths.has(it))
    return known ? [known] : []
  })
}
