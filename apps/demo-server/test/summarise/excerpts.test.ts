import { describe, expect, it } from 'vitest'
import { chooseExcerpts } from '../../src/summarise/excerpts.js'
import { materialOf } from './material.js'
import { alice, gettysburg } from './sample-text.js'

describe('chooseExcerpts', () => {
  it('gives a document whole where it fits', async () => {
    const excerpts = chooseExcerpts(await materialOf(gettysburg), 10_000)

    expect(excerpts).toMatchObject({ passages: 3, isWhole: true })
    expect(excerpts.text).toMatch(/^Four score[\s\S]+from the earth\.$/)
  })

  it('gives the most important passages of a long one within the budget, in order and under their headings', async () => {
    const material = await materialOf(alice)
    const { text, passages, isWhole } = chooseExcerpts(material, 12_000)
    const places = text.split('\n\n').map((line) => alice.replace(/\s+/g, ' ').indexOf(line))
    const found = places.filter((place) => place >= 0)

    expect(isWhole).toBe(false)
    expect(passages).toBeGreaterThan(10)
    expect(text.length).toBeLessThan(13_000)
    expect(text).toContain('## Chapter XII: Alice’s Evidence')
    expect(found).toEqual([...found].sort((a, b) => a - b))
  })

  it('gives the beginning of a passage that is longer than the budget', async () => {
    const { text, isWhole } = chooseExcerpts(await materialOf('A word and another one. '.repeat(300)), 100)

    expect(text).toHaveLength(100)
    expect(isWhole).toBe(false)
  })
})
