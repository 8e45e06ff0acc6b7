import { describe, expect, it } from 'vitest'
import { extractiveAuthor } from '../../src/summarise/extractive-author.js'
import { countWords, summaryStats } from '../../src/summarise/summary-stats.js'
import { materialOf } from './material.js'
import { gettysburg } from './sample-text.js'

describe('summaryStats', () => {
  it('counts document and summary and names the author', async () => {
    expect(summaryStats(await materialOf(gettysburg), 'Four score and seven years ago.', extractiveAuthor)).toEqual({
      characters: 1_493,
      words: 271,
      sentences: 10,
      passages: 3,
      sections: 0,
      summaryWords: 6,
      readingMinutes: 1,
      share: 0.022,
      isCut: false,
      author: 'extractive summariser',
      connected: false,
    })
  })
})

describe('countWords', () => {
  it('counts over lines', () => {
    expect(countWords('One two.\n\nThree')).toBe(3)
  })
})
