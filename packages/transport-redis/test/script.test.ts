import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as scripts from '../src/script.js'

describe('the scripts', () => {
  it('carry the hash of their own text, and touch no key that is not named to them', () => {
    for (const { source, sha } of Object.values(scripts)) {
      expect(sha).toBe(createHash('sha1').update(source).digest('hex'))
      const touched = [...source.matchAll(/redis\.p?call\('([A-Z]+)', ([^,)]+)/g)].filter(
        ([, command]) => !command?.endsWith('PUBLISH'),
      )
      for (const [, , key] of touched) expect(['meta', 'segments', 'tail', 'stream', 'KEYS[i]']).toContain(key)
    }
  })
})
