import { describe, expect, it } from 'vitest'
import { outlinePoints } from '../../src/summarise/outline-points.js'
import { materialOf } from './material.js'
import { alice, constitution, gettysburg } from './sample-text.js'

async function outlineOf(text: string) {
  const { document, ranking } = await materialOf(text)
  return outlinePoints(document, ranking)
}

describe('outlinePoints', () => {
  it('gives a point for each chapter of a book', async () => {
    const points = await outlineOf(alice)

    expect(points).toHaveLength(12)
    expect(points[0]?.heading).toBe('Chapter I: Down the Rabbit-Hole')
    expect(points[11]?.heading).toBe('Chapter XII: Alice’s Evidence')
    expect(points.every(({ point }) => point.length > 0 && point.length <= 170)).toBe(true)
  })

  it('joins the sections of an article and leaves the shortest parts out', async () => {
    const points = await outlineOf(constitution)

    expect(points).toHaveLength(18)
    expect(points.slice(0, 3).map(({ heading }) => heading)).toEqual(['Article I', 'Article II', 'Article III'])
    expect(points.some(({ heading }) => heading?.startsWith('Section'))).toBe(false)
  })

  it('does not say the same of two parts where there is something else to say', async () => {
    const formula = 'The council shall have the power to enforce this rule of the town.'
    const points = await outlineOf(
      `# A\n\nOwners of dogs shall pay a tax to the town. ${formula}\n\n# B\n\nBakers of bread shall weigh it in the town. ${formula}\n\n# C\n\nBoats shall carry a lamp in the harbour of the town. ${formula}`,
    )

    expect(new Set(points.map(({ point }) => point)).size).toBe(3)
  })

  it('gives the best sentence of each stretch where there are no headings', async () => {
    const points = await outlineOf(gettysburg)

    expect(points).toHaveLength(3)
    expect(points.every(({ heading }) => heading === null)).toBe(true)
  })

  it('outlines a single sentence', async () => {
    expect(await outlineOf('There is only this.')).toEqual([{ heading: null, point: 'There is only this.' }])
  })
})
