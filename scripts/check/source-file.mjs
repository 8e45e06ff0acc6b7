import { readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'

/**
 * An import, a re-export, a dynamic import or an `import('…')` type.
 *
 * @typedef {{ specifier: string, typeOnly: boolean, dynamic: boolean }} Import
 */

/** @typedef {{ path: string, imports: Import[], runs: boolean }} SourceFile `runs` is false for a file of types and re-exports only */

/** @typedef {{ type: string, [key: string]: any }} Node */

/**
 * @param {string} path
 * @param {string} [text] read from the path when it is not given
 * @returns {SourceFile}
 */
export function sourceFile(path, text = readFileSync(path, 'utf8')) {
  const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js'
  const program = /** @type {Node} */ (/** @type {unknown} */ (parseAst(text, { lang }, path)))
  return { path, imports: importsOf(program), runs: program.body.some(runs) }
}

/**
 * @param {Node} program
 * @returns {Import[]}
 */
function importsOf(program) {
  /** @type {Import[]} */
  const found = []
  /** @param {unknown} node */
  const walk = (node) => {
    if (Array.isArray(node)) return node.forEach(walk)
    if (node === null || typeof node !== 'object') return
    const { type, source } = /** @type {Node} */ (node)
    if (typeof source?.value === 'string') {
      const dynamic = type === 'ImportExpression'
      const typeOnly = type === 'TSImportType' || (!dynamic && isTypeOnly(/** @type {Node} */ (node)))
      found.push({ specifier: source.value, typeOnly, dynamic })
    }
    Object.values(node).forEach(walk)
  }
  walk(program.body)
  return found
}

/** @param {Node} statement */
function isTypeOnly({ importKind, exportKind, specifiers = [] }) {
  if (importKind === 'type' || exportKind === 'type') return true
  const every = (/** @type {Node} */ it) => it.importKind === 'type' || it.exportKind === 'type'
  return specifiers.length > 0 && specifiers.every(every)
}

const silentStatements = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSModuleDeclaration',
])

/**
 * Whether a top-level statement leaves any code of its own in the built file.
 *
 * @param {Node} statement
 * @returns {boolean}
 */
function runs(statement) {
  if (silentStatements.has(statement.type) || statement.declare) return false
  if (statement.type !== 'ExportNamedDeclaration') return true
  return statement.declaration ? runs(statement.declaration) : !statement.source && statement.exportKind !== 'type'
}
