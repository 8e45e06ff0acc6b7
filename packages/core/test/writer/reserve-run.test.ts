import { describe, expect, it } from 'vitest'
import { memoryTransport, readRun, reserveRun, startRun } from '../../src/index.js'

describe('reserveRun', () => {
  it('keeps an id that only its own run can take', async () => {
    const transport = memoryTransport()
    const { runId } = await reserveRun({ transport, name: 'later', metadata: { user: 7, password: 'x' } })
    expect(await readRun(transport, runId)).toMatchObject({
      status: 'pending',
      chain: 'later',
      metadata: { user: 7, password: '[redacted]' },
    })
    await expect(reserveRun({ transport, runId })).rejects.toMatchObject({ code: 'run_exists' })
    const run = startRun({ name: 'later', transport, runId })
    run.complete('done')

    expect(await run.flushed()).toBe(true)
    expect(await readRun(transport, runId)).toMatchObject({ status: 'completed', result: 'done' })
  })

  it('aborts a run at once that was cancelled before it started', async () => {
    const transport = memoryTransport()
    const { runId } = await reserveRun({ transport })
    await transport.command(runId, { type: 'cancel', reason: 'too slow' })
    const run = startRun({ name: 'later', transport, runId })
    await run.flushed()
    run.fail(run.signal.reason)
    await run.flushed()

    expect(await readRun(transport, runId)).toMatchObject({ status: 'cancelled', error: { message: 'too slow' } })
  })

  it('says what is wrong with what it is given', async () => {
    const transport = memoryTransport()

    await expect(reserveRun({} as never)).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(reserveRun({ transport, ttlMs: -1 })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(reserveRun({ transport, runId: 'a}b' })).rejects.toMatchObject({ code: 'invalid_run_id' })
  })
})
