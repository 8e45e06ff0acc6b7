import { readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'

/**
 * An import, a re-export, a dynamic import or an `import('…')` type.
 *
 * @typedef {{ specifier: string, typeOnly: boolean, dynamic: boolean }} Import
 */

/** @typedef {{ path: string, imports: Import[], acts: boolean }} SourceFile `acts` is false for a file of types, re-exports and plain data */

/** @typedef {{ type: string, [key: string]: any }} Node */

/**
 * @param {string} path
 * @param {string} [text] read from the path when it is not given
 * @returns {SourceFile}
 */
export function sourceFile(path, text = readFileSync(path, 'utf8')) {
  const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js'
  const program = /** @type {Node} */ (/** @type {unknown} */ (parseAst(text, { lang }, path)))
  return { path, imports: importsOf(program), acts: someNode(program.body, ({ type }) => acting.has(type)) }
}

const acting = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
  'CallExpression',
])

/**
 * Whether a node, or one inside it, is of the wanted kind. Stops at the first.
 *
 * @param {unknown} node
 * @param {(node: Node) => boolean} wanted
 * @returns {boolean}
 */
function someNode(node, wanted) {
  if (Array.isArray(node)) return node.some((it) => someNode(it, wanted))
  if (node === null || typeof node !== 'object') return false
  return wanted(/** @type {Node} */ (node)) || Object.values(node).some((it) => someNode(it, wanted))
}

/**
 * @param {Node} program
 * @returns {Import[]}
 */
function importsOf(program) {
  /** @type {Import[]} */
  const found = []
  someNode(program.body, (node) => {
    const { type, source } = node
    if (typeof source?.value === 'string') {
      const dynamic = type === 'ImportExpression'
      const typeOnly = type === 'TSImportType' || (!dynamic && isTypeOnly(node))
      found.push({ specifier: source.value, typeOnly, dynamic })
    }
    return false
  })
  return found
}

/** @param {Node} statement */
function isTypeOnly({ importKind, exportKind, specifiers = [] }) {
  if (importKind === 'type' || exportKind === 'type') return true
  const every = (/** @type {Node} */ it) => it.importKind === 'type' || it.exportKind === 'type'
  return specifiers.length > 0 && specifiers.every(every)
}
