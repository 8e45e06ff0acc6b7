import { describe, expect, it } from 'vitest'
import { wrongContents, wrongPackages } from '../check/packed.mjs'

const root = '/home/somebody/llmmon'
const key = `-----BEGIN ${'PRIVATE'} KEY-----`

function wrong(path: string, text: string | object = ''): string[] {
  return wrongContents([{ path, text: typeof text === 'string' ? text : JSON.stringify(text) }], root)
}

describe('wrongContents', () => {
  it.each([
    ['package.json'],
    ['README.md'],
    ['LICENSE'],
    ['dist/esm/index.js'],
    ['dist/esm/index.d.ts'],
    ['dist/cjs/package.json'],
    ['dist/chain-monitor.global.js'],
  ])('takes %s', (path) => {
    expect(wrong(path)).toEqual([])
  })

  it.each([
    ['test/a.test.ts'],
    ['dist/esm/a.test.js'],
    ['dist/test/a.js'],
    ['src/index.ts'],
    ['.env'],
    ['dist/.env'],
    ['tsconfig.json'],
    ['dist/esm/package.json.bak'],
  ])('does not take %s', (path) => {
    expect(wrong(path)).toEqual([`${path} does not belong into a package`])
  })

  it.each([
    ['names the folder', `// from ${root}/packages/core`],
    ['looks like a key', key],
    ['looks like a key', `token = "npm_${'a'.repeat(36)}"`],
    ['looks like a key', `AKIA${'A'.repeat(16)}`],
  ])('finds what %s in a text', (what, text) => {
    expect(wrong('dist/esm/index.js', text).join()).toContain(what)
  })

  it('takes maps that carry the text of our own sources, and no others', () => {
    const map = (source: string, text: string | null) =>
      wrong('dist/esm/a.js.map', { sources: [source], sourcesContent: [text] }).length

    expect([
      map('../../src/a.ts', 'a'),
      map('../../../core/src/a.ts', 'a'),
      map('eventemitter3/index.js', null),
    ]).toEqual([0, 0, 0])
    expect([
      map('eventemitter3/index.js', 'x'),
      map('file:///a.ts', 'x'),
      map('/src/a.ts', 'x'),
      map('../../.env', 'x'),
    ]).toEqual([1, 1, 1, 1])
  })
})

it('wrongPackages reads what npm would pack, and says of which package', async () => {
  const here = process.cwd()
  const pack = async () => JSON.stringify([{ files: [{ path: 'package.json' }, { path: 'knip.json' }] }])

  expect(await wrongPackages(here, ['.'], pack)).toEqual(['.: knip.json does not belong into a package'])
})
