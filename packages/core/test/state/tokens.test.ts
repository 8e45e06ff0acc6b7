import { describe, expect, it } from 'vitest'
import type { TokenEvent } from '../../src/protocol/index.js'
import { noTexts } from '../../src/state/run-state.js'
import { applyToken } from '../../src/state/tokens.js'

function token(delta: string, at: number, cut?: number): TokenEvent {
  return { update_type: 'token', channel: 'text', delta, at, ...(cut && { cut }) }
}

describe('applyToken', () => {
  it('appends where the text ends', () => {
    expect(applyToken({ ...noTexts, text: 'ab' }, token('cd', 2)).text).toBe('abcd')
  })

  it('takes only the new part of a token that overlaps', () => {
    expect(applyToken({ ...noTexts, text: 'abc' }, token('bcde', 1)).text).toBe('abcde')
  })

  it('gives the same object for a token that is all there', () => {
    const texts = { ...noTexts, text: 'abc' }

    expect(applyToken(texts, token('ab', 0))).toBe(texts)
  })

  it('counts what is no longer kept', () => {
    const texts = applyToken(noTexts, token('tail', 0, 10))

    expect(texts).toMatchObject({ text: 'tail', cut: { text: 10 } })
    expect(applyToken(texts, token('!', 14)).text).toBe('tail!')
  })

  it('takes a cut mark over text that it still has as no news', () => {
    const texts = { ...noTexts, text: 'abcdef' }

    expect(applyToken(texts, token('ef', 0, 4))).toBe(texts)
  })

  it('ignores a channel it does not know', () => {
    expect(applyToken(noTexts, { ...token('x', 0), channel: 'smell' as never })).toBe(noTexts)
  })
})
