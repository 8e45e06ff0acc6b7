import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitSentences } from '../../src/summarise/sentences.js'

const split = (text: string, locale?: string) => [...splitSentences(text, locale)]

describe('splitSentences', () => {
  it.each<[string, string[]]>([
    ['One. Two! Three?', ['One.', 'Two!', 'Three?']],
    ['No end', ['No end']],
    ['', []],
    ['* * *', []],
    ['I met Dr. Smith and Mrs. J. R. Jones. They left.', ['I met Dr. Smith and Mrs. J. R. Jones.', 'They left.']],
    ['Fruit, e.g. Apples, is good. So is bread.', ['Fruit, e.g. Apples, is good.', 'So is bread.']],
    ['See No. 5 and Art. IV of it. Then go.', ['See No. 5 and Art. IV of it.', 'Then go.']],
    ['He said no. Then he left.', ['He said no.', 'Then he left.']],
    ['Pens, ink, etc. were there. So was he.', ['Pens, ink, etc. were there.', 'So was he.']],
    ['Pens, ink, etc. The rest was gone.', ['Pens, ink, etc.', 'The rest was gone.']],
    ['He came on Jan. 5 to the U.S. in a ship.', ['He came on Jan. 5 to the U.S. in a ship.']],
    ['So am I. And you?', ['So am I.', 'And you?']],
    ['It costs 3.50 today. Buy it.', ['It costs 3.50 today.', 'Buy it.']],
    ['1. Wash it. 2. Dry it.', ['1. Wash it.', '2. Dry it.']],
    ['‘What?’ said Alice. ‘Oh!’ cried he.', ['‘What?’ said Alice.', '‘Oh!’ cried he.']],
    ['"Stop!" he said. "Why?" she asked.', ['"Stop!" he said.', '"Why?" she asked.']],
    ['She said “Go.” He went.', ['She said “Go.”', 'He went.']],
    ['Wait . . . what? Yes.', ['Wait . . . what?', 'Yes.']],
    ['Er kam z.B. Montag. Dann ging er.', ['Er kam z.B. Montag.', 'Dann ging er.']],
    ['¿Qué es esto? ¡Nada! Vale.', ['¿Qué es esto?', '¡Nada!', 'Vale.']],
    ['今天天气很好。我们去公园吧！好吗？', ['今天天气很好。', '我们去公园吧！', '好吗？']],
  ])('splits %j', (text, sentences) => {
    expect(split(text)).toEqual(sentences)
  })

  it('takes a language', () => {
    expect(split('Τι είναι αυτό; Τίποτα.', 'el')).toEqual(['Τι είναι αυτό;', 'Τίποτα.'])
  })

  it('loses nothing but space', () => {
    const piece = fc.constantFrom(
      'Alice',
      'Mr.',
      'J.',
      '3.',
      'etc.',
      '‘What?’',
      'said',
      '. ',
      '! ',
      '好。',
      '\n',
      'e.g.',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join(' ')
        const letters = (value: string) => value.replace(/[^\p{L}\p{N}]/gu, '')
        expect(letters(split(text).join(' '))).toBe(letters(text))
      }),
    )
  })

  it('splits a paragraph of any length in little time', () => {
    const paragraph = 'It was the best of times, it was the worst of times. '.repeat(20_000)

    expect(split(paragraph)).toHaveLength(20_000)
  })

  it('cuts what never ends', () => {
    const sentences = split('and so on '.repeat(2_000))

    expect(sentences.length).toBeGreaterThan(1)
    expect(Math.max(...sentences.map(({ length }) => length))).toBeLessThanOrEqual(4_000)
    expect(sentences.join(' ')).toBe('and so on '.repeat(2_000).trim())
  })
})
