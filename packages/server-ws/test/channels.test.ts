import { memoryTransport, startRun } from '@llmmon/core'
import { describe, expect, it } from 'vitest'
import { Channels } from '../src/channels.js'
import { allowAnyone, resolveOptions } from '../src/options.js'

describe('Channels', () => {
  it('has one channel a run, and lets it go a while after its last viewer', () => {
    let now = 0
    const channels = new Channels(resolveOptions({ transport: memoryTransport(), authorize: allowAnyone }), () => now)
    expect(channels.of('a')).toBe(channels.of('a'))
    channels.of('b')
    now = 5_000
    channels.tick()
    expect(channels.size).toBe(2)
    now = 5_001
    channels.tick()

    expect(channels.size).toBe(0)
  })

  it('keeps only the newest part of histories when they are too long together, the longest unused first', async () => {
    const transport = memoryTransport()
    const limits = { historyLength: 400_000 }
    const channels = new Channels(resolveOptions({ transport, authorize: allowAnyone, limits }), () => 0)
    for (const runId of ['old', 'new']) {
      const run = startRun({ name: 'c', transport, runId })
      for (let i = 0; i < 6; i += 1) {
        run.custom('n', 'x'.repeat(60_000))
        await run.flushed()
      }
      await channels.of(runId).ready()
    }
    const before = ['old', 'new'].map((runId) => channels.of(runId).historyLength)
    channels.tick()
    const after = ['old', 'new'].map((runId) => channels.of(runId).historyLength)

    expect(before.every((length) => length > 300_000)).toBe(true)
    expect(Math.min(...after)).toBeLessThanOrEqual(262_144)
    channels.close()
    expect(channels.size).toBe(0)
  })
})
