import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What is wrong with the notes of what changes for the users of the packages. Each note has to name packages that are
 * published, and a package that was never released needs one.
 *
 * @param {string} root
 * @param {import('./source-tree.mjs').Member[]} members
 * @returns {string[]}
 */
export function wrongChangesets(root, members) {
  const folder = join(root, '.changeset')
  const configured = existsSync(join(folder, 'config.json'))
  if (!configured) return ['.changeset/config.json is missing']
  const published = new Set(members.filter((it) => !it.private).map(({ name }) => name))
  const files = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md')
  const notes = files.map((file) => ({ file, ...readChangeset(readFileSync(join(folder, file), 'utf8')) }))
  const noted = new Set(notes.flatMap(({ bumps }) => Object.keys(bumps)))
  const released = (/** @type {import('./source-tree.mjs').Member} */ it) =>
    existsSync(join(root, it.folder, 'CHANGELOG.md'))
  return [
    ...notes.flatMap((note) => wrongNote(note, published)),
    ...members
      .filter((it) => published.has(it.name) && !released(it) && !noted.has(it.name))
      .map(({ name }) => `${name} was never released and no changeset names it; add one with \`npx changeset\``),
  ]
}

/**
 * @param {{ file: string, bumps: Record<string, string>, summary: string }} note
 * @param {Set<string>} published
 * @returns {string[]}
 */
function wrongNote({ file, bumps, summary }, published) {
  const wrong = Object.entries(bumps).flatMap(([name, bump]) => {
    if (!published.has(name)) return [`${name} is not a published package`]
    return ['major', 'minor', 'patch'].includes(bump)
      ? []
      : [`${name}: expected major, minor or patch, found '${bump}'`]
  })
  if (!summary) wrong.push('expected a sentence for the users after the front matter')
  return wrong.map((it) => `.changeset/${file}: ${it}`)
}

/**
 * @param {string} text a changeset: front matter of `name: bump` lines, then a summary
 * @returns {{ bumps: Record<string, string>, summary: string }}
 */
export function readChangeset(text) {
  const [, front = '', summary = ''] = /^---\r?\n([\s\S]*?)^---\r?\n?([\s\S]*)$/m.exec(text) ?? []
  const lines = front.split('\n').map((line) => /^\s*["']?([^"':]+)["']?\s*:\s*(\S+)\s*$/.exec(line))
  const bumps = Object.fromEntries(lines.flatMap((found) => (found ? [[found[1], found[2]]] : [])))
  return { bumps, summary: summary.trim() }
}
