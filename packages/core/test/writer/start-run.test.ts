import { describe, expect, it } from 'vitest'
import { memoryTransport, readRun, startRun } from '../../src/index.js'
import { checkWriterOptions, openRun } from '../../src/writer/start-run.js'

describe('startRun', () => {
  it('is a run that is written by hand', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'import', transport, metadata: { file: 'a.csv' } })
    run.progress(50, 'half')
    run.complete({ rows: 7 })
    expect(await run.flushed()).toBe(true)

    expect(await readRun(transport, run.runId)).toMatchObject({
      chain: 'import',
      status: 'completed',
      result: { rows: 7 },
      metadata: { file: 'a.csv' },
    })
  })

  it('lets its methods be taken off and passed around', async () => {
    const transport = memoryTransport()
    const { token, complete, flushed, runId } = startRun({ name: 'c', transport })
    token('x')
    complete()
    await flushed()

    expect(await readRun(transport, runId)).toMatchObject({ text: 'x', status: 'completed' })
  })

  it('refuses a malformed id', () => {
    expect(() => startRun({ name: 'c', transport: memoryTransport(), runId: '__proto__' })).toThrow(/Expected a run id/)
  })
})

describe('openRun', () => {
  it('gives the recorder too, so that a wrapper can settle the run', async () => {
    const transport = memoryTransport()
    const { run, recorder } = openRun({ name: 'c', transport, runId: 'r' })

    expect([recorder.end({ how: 'complete', result: 1 }), recorder.end({ how: 'complete', result: 2 })]).toEqual([
      true,
      false,
    ])
    await run.flushed()
    expect(await readRun(transport, 'r')).toMatchObject({ result: 1 })
  })
})

describe('checkWriterOptions', () => {
  it('names what is missing and what to pass', () => {
    expect(() => checkWriterOptions({} as never)).toThrow(/name/)
    expect(() => checkWriterOptions({ name: 'c', transport: {} } as never)).toThrow(/memoryTransport/)
  })
})
