import { describe, expect, it } from 'vitest'
import { keywordsOf } from '../../src/summarise/keywords.js'
import { splitDocument } from '../../src/summarise/split-document.js'
import { englishStopWords, stopWordsFor } from '../../src/summarise/stop-words.js'
import { alice, constitution, gettysburg } from './sample-text.js'

async function keywords(text: string): Promise<string[]> {
  const document = await splitDocument(text)
  return keywordsOf(document, stopWordsFor(document.sentences.flatMap(({ words }) => words)))
}

describe('keywordsOf', () => {
  it('finds who and what a book is about, in the form it is written', async () => {
    expect(await keywords(alice)).toEqual(
      expect.arrayContaining(['Alice', 'Queen', 'Mock Turtle', 'March Hare', 'White Rabbit', 'Gryphon']),
    )
  })

  it('finds the terms of a law', async () => {
    expect(await keywords(constitution)).toEqual(
      expect.arrayContaining(['United States', 'President', 'Congress', 'Senate', 'Vice President']),
    )
  })

  it('finds the words of a short speech', async () => {
    expect((await keywords(gettysburg)).slice(0, 3)).toEqual(expect.arrayContaining(['nation', 'dedicated']))
  })

  it('takes a phrase instead of its words where these never stand alone', async () => {
    const found = await keywords(
      'A solar panel gives light. The solar panel is flat. One solar panel costs little. Solar panel, where?',
    )

    expect(found[0]).toBe('solar panel')
    expect(found).not.toContain('solar')
    expect(found).not.toContain('panel')
  })

  it('takes words that come once where hardly any comes back', async () => {
    expect(await keywords('Bees make honey.')).toEqual(expect.arrayContaining(['honey']))
  })

  it('works without knowing the language', async () => {
    const found = await keywords(
      'Der Wind und die Sonne stritten sich um den Wanderer. Der Wind blies, und der Wanderer hielt den Mantel fest. Die Sonne schien, und der Wanderer zog den Mantel aus. Da gab der Wind der Sonne recht.',
    )

    expect(found).toEqual(expect.arrayContaining(['Wanderer', 'Mantel']))
    expect(found).not.toContain('der')
  })

  it('has at most twelve, and none for a text of stop words', async () => {
    expect((await keywords(alice)).length).toBeLessThanOrEqual(12)
    expect(await keywords('It is what it is.')).toEqual([])
  })

  it('stops at the signal', async () => {
    const document = await splitDocument(alice.repeat(5))

    await expect(keywordsOf(document, englishStopWords, AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    )
  })
})
