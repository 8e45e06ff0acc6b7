import { describe, expect, it } from 'vitest'
import { summaryText } from '../../src/summarise/summary-text.js'
import { materialOf } from './material.js'
import { alice, gettysburg } from './sample-text.js'

describe('summaryText', () => {
  it('is made of the document’s own sentences, in its order', async () => {
    const { document, ranking } = await materialOf(gettysburg)
    const summary = summaryText(document, ranking)
    const used = document.sentences.filter(({ text }) => summary.includes(text)).map(({ text }) => text)

    expect(summary).toBe(used.join(' '))
    expect(summary).toMatch(/^Four score and seven years ago/)
    expect(used.length).toBeGreaterThanOrEqual(2)
    expect(used.length).toBeLessThanOrEqual(5)
  })

  it('has paragraphs where it is long', async () => {
    const { document, ranking } = await materialOf(alice)

    expect(summaryText(document, ranking).split('\n\n').length).toBeGreaterThan(2)
  })

  it('repeats a text of one sentence', async () => {
    const { document, ranking } = await materialOf('There is only this.')

    expect(summaryText(document, ranking)).toBe('There is only this.')
  })
})
