import { describe, expect, it } from 'vitest'
import { type EventBody, memoryTransport, type RunEvent, readRun, reserveRun, startRun } from '../../src/index.js'

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

  it('keeps its label when a worker starts the run that does not know it: in the store, in the start, and when it is put back', async () => {
    const transport = memoryTransport()
    const { runId } = await reserveRun({ transport, metadata: { userId: 7, note: 's' }, tags: ['ordered'] })
    const redact = (event: RunEvent | EventBody) =>
      event.update_type === 'start' ? { ...event, metadata: { ...event.metadata, note: 'cut' } } : event
    const run = startRun({ name: 'later', transport, runId, metadata: { worker: 1 }, redact: redact as never })
    await run.flushed()
    const label = { chain: 'later', metadata: { userId: 7, note: 's', worker: 1 }, tags: ['ordered'] }
    expect(await transport.inspect(runId)).toMatchObject(label)
    expect(await readRun(transport, runId)).toMatchObject({
      chain: 'later',
      metadata: { userId: 7, note: 'cut', worker: 1 },
      tags: ['ordered'],
    })
    transport.lose(runId)
    run.complete()
    await run.flushed()

    expect(await transport.inspect(runId)).toMatchObject({ state: 'closed', ...label })
  })

  it('says what is wrong with what it is given', async () => {
    const transport = memoryTransport()

    await expect(reserveRun({} as never)).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(reserveRun({ transport, ttlMs: -1 })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(reserveRun({ transport, runId: 'a}b' })).rejects.toMatchObject({ code: 'invalid_run_id' })
  })
})
