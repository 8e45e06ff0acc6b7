import { describe, expect, it } from 'vitest'
import type { TokenEvent } from '../../src/protocol/index.js'
import { noTexts } from '../../src/state/run-state.js'
import { textsAfter } from '../../src/state/tokens.js'

function token(delta: string, at: number, cut?: number): TokenEvent {
  return { update_type: 'token', channel: 'text', delta, at, ...(cut && { cut }) }
}

describe('textsAfter', () => {
  it('appends where the text ends', () => {
    expect(textsAfter({ ...noTexts, text: 'ab' }, token('cd', 2))).toEqual({ text: 'abcd' })
  })

  it('takes only the new part of a token that overlaps', () => {
    expect(textsAfter({ ...noTexts, text: 'abc' }, token('bcde', 1))).toEqual({ text: 'abcde' })
  })

  it('gives nothing for a token that is all there', () => {
    const texts = { ...noTexts, text: 'abc' }

    expect(textsAfter(texts, token('ab', 0))).toBeUndefined()
    expect(textsAfter(texts, token('', 3))).toBeUndefined()
  })

  it('counts what is no longer kept', () => {
    const texts = textsAfter(noTexts, token('tail', 0, 10))

    expect(texts).toEqual({ text: 'tail', cut: { text: 10 } })
    expect(textsAfter({ ...noTexts, ...texts }, token('!', 14))).toEqual({ text: 'tail!' })
  })

  it('takes a cut mark over text that it still has as no news', () => {
    expect(textsAfter({ ...noTexts, text: 'abcdef' }, token('ef', 0, 4))).toBeUndefined()
  })

  it('ignores a channel it does not know, even one named like something that every object has', () => {
    expect(textsAfter(noTexts, { ...token('x', 0), channel: 'smell' as never })).toBeUndefined()
    expect(textsAfter(noTexts, { ...token('x', 0), channel: 'constructor' as never })).toBeUndefined()
  })
})
