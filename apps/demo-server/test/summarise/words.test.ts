import { describe, expect, it } from 'vitest'
import { stem, surfaceWords, wordsOf } from '../../src/summarise/words.js'

describe('wordsOf', () => {
  it('gives words in lower case with straight apostrophes', () => {
    expect(wordsOf('The Queen’s well-known “Off!” of 1865')).toEqual([
      'the',
      "queen's",
      'well-known',
      'off',
      'of',
      '1865',
    ])
  })

  it('knows words in scripts without spaces', () => {
    expect(wordsOf('我喜欢机器学习。')).toContain('喜欢')
  })

  it('keeps letters with combining marks together', () => {
    expect(wordsOf('Cafe\u0301 नमस्ते')).toEqual(['cafe\u0301', 'नमस्ते'])
  })

  it('takes no data for words', () => {
    expect(wordsOf(`a key: ${'x'.repeat(65)}`)).toEqual(['a', 'key'])
  })
})

describe('surfaceWords', () => {
  it('gives words as they are written', () => {
    expect(surfaceWords('Mr. O’Neill, MA')).toEqual(['Mr', 'O’Neill', 'MA'])
  })
})

describe('stem', () => {
  it.each([
    [['nation', 'nations', "nation's", "nations'"]],
    [['dedicate', 'dedicated', 'dedicating', 'dedicates']],
    [['duty', 'duties']],
    [['box', 'boxes']],
  ])('gives one form to %j', (words) => {
    expect(new Set(words.map(stem)).size).toBe(1)
  })

  it.each(['king', 'string', 'glass', 'this', 'bus', 'red', 'été', '1865'])('leaves %s alone', (word) => {
    expect(stem(word)).toBe(word)
  })
})
