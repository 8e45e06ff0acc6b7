import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { argumentsOf, batchOfText, messageOf } from '../src/stored-batch.js'

describe('batchOfText', () => {
  it('is what was encoded, with the run, and whether it ends that', () => {
    const open = testBatch('r', '5', 1, 2)
    const end = testBatch('r', '5', 3, 3, true)

    expect([batchOfText(open.text), batchOfText(end.text)]).toEqual([
      { ...open, runId: 'r' },
      { ...end, runId: 'r' },
    ])
  })

  it('refuses what is no batch with our error', () => {
    expect(() => batchOfText('junk')).toThrow(/Expected a batch/)
  })
})

describe('messageOf', () => {
  it('is the text itself, or only where it ends when that is too long to publish', () => {
    const batch = testBatch('r', '5', 1, 2)

    expect(messageOf(batch, 65_536)).toBe(batch.text)
    expect(JSON.parse(messageOf({ ...batch, text: 'é'.repeat(40_000) }, 65_536))).toEqual({
      type: 'bell',
      epoch: '5',
      seq: 2,
    })
  })
})

describe('argumentsOf', () => {
  it('says where a batch begins and ends, and whether it ends the run', () => {
    const batch = testBatch('r', '5', 3, 4, true)

    expect(argumentsOf(batch)).toEqual([3, 4, 1, batch.text])
  })
})
