import { describe, expect, it } from 'vitest'
import { quoteBalance, sentenceWeigher } from '../../src/summarise/sentence-weight.js'
import { splitDocument } from '../../src/summarise/split-document.js'
import { englishStopWords } from '../../src/summarise/stop-words.js'

async function weights(text: string): Promise<number[]> {
  const document = await splitDocument(text)
  const weigh = sentenceWeigher(document, englishStopWords)
  return document.sentences.map((_, index) => weigh(index))
}

const plain = 'The old harbour lies behind a long wall of grey stone.'

describe('sentenceWeigher', () => {
  it('weighs the first sentence most, then the first of a section', async () => {
    const [first, second, opening] = await weights(`${plain} ${plain}\n\n## Later\n\n${plain}`)

    expect(first).toBeGreaterThan(opening ?? 0)
    expect(opening).toBeGreaterThan(second ?? 0)
  })

  it.each([
    ['a question', 'Does the old harbour lie behind a long wall of stone?'],
    ['a sentence that leans on the one before', 'He saw the old harbour behind a long wall of stone.'],
    ['an announcement', 'The old harbour lies behind these long walls of stone:'],
    ['a fragment', 'The harbour lies there.'],
    ['something said', '‘The old harbour lies behind a long wall of grey stone,’ he said.'],
    ['half of something said', 'The old harbour lies behind a long wall, said he, ‘of grey stone.'],
    ['a very long sentence', `The old harbour ${'and the wall of stone and the sea '.repeat(12)}.`],
  ])('weighs %s less', async (_, sentence) => {
    const [, ordinary, odd] = await weights(`${plain} ${plain} ${sentence}`)

    expect(odd).toBeLessThan(ordinary ?? 0)
  })

  it('weighs what speaks of the title more', async () => {
    const [, other, named] = await weights(`# Harbour\n\n${plain} The long wall is made of old grey stone. ${plain}`)

    expect(named).toBeGreaterThan(other ?? 0)
  })

  it('knows what stands within a quotation that goes on', async () => {
    const [, , inside, after] = await weights(`${plain} He said: ‘It is late. ${plain} It is cold.’ ${plain}`)

    expect(inside).toBeLessThan(1)
    expect(after).toBeLessThan(1)
  })
})

describe('quoteBalance', () => {
  it.each([
    ['‘Oh!’ said the Queen’s cat, ‘it’s late.’', 0],
    ['‘Oh!', 1],
    ['late.’', -1],
    ['“Oh”, she said. “It', 1],
    ['say "no"', 0],
    ['say "no', 1],
  ])('of %s is %i', (text, balance) => {
    expect(quoteBalance(text)).toBe(balance)
  })
})
