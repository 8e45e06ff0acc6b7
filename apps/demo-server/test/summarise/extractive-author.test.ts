import { describe, expect, it } from 'vitest'
import { extractiveAuthor } from '../../src/summarise/extractive-author.js'
import { commissionWith, materialOf, written } from './material.js'
import { gettysburg } from './sample-text.js'

describe('extractiveAuthor', () => {
  it('says that no language model is connected', () => {
    expect(extractiveAuthor.connected).toBe(false)
  })

  it('writes outline and summary word by word and the keywords a line each', async () => {
    const material = await materialOf(gettysburg)
    const outline = await written(extractiveAuthor.outline(material, commissionWith()))
    const summary = await written(extractiveAuthor.summary(material, commissionWith()))
    const keywords = await written(extractiveAuthor.keywords(material, commissionWith()))

    expect(outline.slice(0, 3)).toEqual(['-', ' Four', ' score'])
    expect(summary.slice(0, 3)).toEqual(['Four', ' score', ' and'])
    expect(keywords.join('').split('\n')).toContain('nation')
  })

  it.each(['outline', 'summary', 'keywords'] as const)('stops writing the %s at the signal', async (task) => {
    const material = await materialOf(gettysburg)
    const commission = commissionWith({ signal: AbortSignal.abort(new Error('enough')) })
    const writing = async () => written(extractiveAuthor[task](material, commission))

    await expect(writing()).rejects.toThrow('enough')
  })
})
