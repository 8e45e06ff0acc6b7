import { describe, expect, it } from 'vitest'
import { memoryTransport, readRun, startRun } from '../../src/index.js'

describe('readRun', () => {
  it('gives the state as the store has it, and undefined for no run', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'r', tags: ['x'] })
    run.token('half a sen')
    await run.flushed()

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'running', text: 'half a sen', tags: ['x'], seq: 2 })
    expect((await readRun(transport, 'r'))?.epoch).toBe((await transport.inspect('r'))?.epoch)
    expect(await readRun(transport, 'nowhere')).toBeUndefined()
    await expect(readRun(transport, 'a}b')).rejects.toMatchObject({ code: 'invalid_run_id' })
  })

  it('reads on through the end that a reaper wrote', async () => {
    let now = 1_000_000
    const transport = memoryTransport({ now: () => now })
    await transport.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', chain: 'c', metadata: {}, tags: [] })
    now += 60_000
    await transport.reap('r')

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'error', error: { code: 'abandoned' } })
  })
})
