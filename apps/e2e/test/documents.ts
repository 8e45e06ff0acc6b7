import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A piece of code in a document. */
export interface CodeBlock {
  /** The document, from the top of the repository. */
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
}

/** Every Markdown document of the project. */
export function documents(folder = '.'): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = folder === '.' ? name : `${folder}/${name}`
    if (name === 'node_modules' || name === 'dist' || name.startsWith('.')) return []
    if (statSync(join(root, path)).isDirectory()) return documents(path)
    return name.endsWith('.md') ? [path] : []
  })
}

/** The code of a document, block by block. */
export function codeBlocks(file: string): CodeBlock[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map((found) => ({
    file,
    line: text.slice(0, found.index).split('\n').length,
    language: found[1] ?? '',
    code: found[2] ?? '',
  }))
}
