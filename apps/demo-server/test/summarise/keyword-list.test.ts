import { describe, expect, it } from 'vitest'
import { parseKeywords } from '../../src/summarise/keyword-list.js'

describe('parseKeywords', () => {
  it.each([
    ['White Rabbit\nQueen\n', ['White Rabbit', 'Queen']],
    ['White Rabbit, Queen, queen.', ['White Rabbit', 'Queen']],
    ['- White Rabbit\n- "Queen"\n* **King**\n1. Hatter', ['White Rabbit', 'Queen', 'King', 'Hatter']],
    ['兔子、女王，国王', ['兔子', '女王', '国王']],
    ['', []],
  ])('reads %j', (text, keywords) => {
    expect(parseKeywords(text)).toEqual(keywords)
  })

  it('takes no sentences, and not too many', () => {
    const lines = [...Array.from({ length: 30 }, (_, i) => `word ${i}`), 'a sentence that is no keyword '.repeat(5)]

    expect(parseKeywords(lines.reverse().join('\n'))).toHaveLength(15)
  })
})
