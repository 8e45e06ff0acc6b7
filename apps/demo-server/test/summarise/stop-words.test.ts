import { describe, expect, it } from 'vitest'
import { englishStopWords, looksEnglish, stopWordsFor } from '../../src/summarise/stop-words.js'
import { wordsOf } from '../../src/summarise/words.js'

const english = wordsOf('It was the best of times, it was the worst of times, and the spring of hope was on us.')
const german = wordsOf(
  'Der Wind und die Sonne stritten sich, wer von ihnen der Stärkere wäre, und die Sonne und der Wind kamen überein. '.repeat(
    3,
  ),
)

describe('looksEnglish', () => {
  it('tells English from other languages', () => {
    expect(looksEnglish(english)).toBe(true)
    expect(looksEnglish(german)).toBe(false)
    expect(
      looksEnglish(wordsOf('Le vent et le soleil se disputaient, chacun assurant être le plus fort des deux.')),
    ).toBe(false)
  })
})

describe('stopWordsFor', () => {
  it('gives the English list for English and for nothing', () => {
    expect(stopWordsFor(english)).toBe(englishStopWords)
    expect(stopWordsFor([])).toBe(englishStopWords)
  })

  it('finds the short and frequent words of another language', () => {
    const stops = stopWordsFor(german)

    expect([...stops]).toEqual(expect.arrayContaining(['der', 'die', 'und']))
    expect(stops.has('stärkere')).toBe(false)
  })

  it('takes single characters for stop words where words have no case', () => {
    const stops = stopWordsFor(['的', '机器', '学习', '的'].flatMap((word) => [word, word, word]))

    expect([...stops]).toEqual(['的'])
  })
})
