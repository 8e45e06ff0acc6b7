import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { codeBlocks, documents, root } from './documents.js'

it('type-checks every piece of TypeScript in the documents', async () => {
  // Where packages are found that a document may name.
  const folder = join(root, 'apps/e2e/.cache/documents')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const blocks = documents()
    .flatMap(codeBlocks)
    .filter(({ language }) => language === 'ts' || language === 'tsx')
  for (const [index, { file, line, language, code }] of blocks.entries()) {
    writeFileSync(join(folder, `${index}.${language}`), `// ${file}:${line}\n${code}\nexport {}\n`)
  }
  const options = {
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    noUnusedLocals: false,
    noUnusedParameters: false,
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions: options, include: ['*.ts', '*.tsx'] }),
  )
  const output = await new Promise<string>((resolveOutput) => {
    const tsc = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder])
    let text = ''
    tsc.stdout.on('data', (data) => {
      text += data
    })
    tsc.on('close', () => resolveOutput(text))
  })
  const named = output.replace(/^\S*?(\d+)\.tsx?/gm, (_, index) => `${blocks[index]?.file}:${blocks[index]?.line}`)

  expect(blocks.length).toBeGreaterThan(0)
  expect(named).toBe('')
})

it('finds every file that the documents link to', () => {
  const broken = documents().flatMap((file) => {
    const text = codeBlocks(file).reduce(
      (rest, { code }) => rest.replace(code, ''),
      readFileSync(join(root, file), 'utf8'),
    )
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '')
    return links
      .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(root, dirname(file), link)))
      .map((link) => `${file}: ${link}`)
  })

  expect(broken).toEqual([])
})
