import { describe, expect, it } from 'vitest'
import { silentSink } from '../../src/writer/run-sink.js'

describe('silentSink', () => {
  it('takes everything and keeps nothing', async () => {
    silentSink.push({ update_type: 'custom', name: 'n', data: 1, ts: 1 }, 1)

    expect(silentSink.monitored).toBe(false)
    expect(await silentSink.flushed(1)).toBe(false)
  })
})
