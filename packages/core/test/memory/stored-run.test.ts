import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { infoOf, type StoredRun, segmentsEnd } from '../../src/memory/stored-run.js'

const run: StoredRun = {
  runId: 'r',
  chain: null,
  metadata: {},
  tags: [],
  state: 'open',
  epoch: '5',
  last: 3,
  base: undefined,
  opened: 'new',
  owner: 'secret owner',
  hostId: 'h',
  heartbeatAt: 1_000,
  expiresAt: 1,
  cancel: undefined,
  segments: [testBatch('r', '5', 1, 2)],
  tail: [testBatch('r', '5', 3, 3)],
}

describe('infoOf', () => {
  it('tells how long the writer has been silent, and nothing of who it is', () => {
    const info = infoOf(run, 4_000)

    expect(info).toMatchObject({ silentMs: 3_000, last: 3, epoch: '5' })
    expect(JSON.stringify(info)).not.toContain('secret owner')
    expect(infoOf(run, 0).silentMs).toBe(0)
  })
})

describe('segmentsEnd', () => {
  it('is where the raw tail begins', () => {
    expect(segmentsEnd(run)).toBe(2)
    expect(segmentsEnd({ ...run, segments: [] })).toBe(0)
  })
})
