import { describe, expect, it } from 'vitest'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { createRunHandle } from '../../src/writer/run-handle.js'
import { RunRecorder } from '../../src/writer/run-recorder.js'
import { silentSink } from '../../src/writer/run-sink.js'

function silentRun() {
  return createRunHandle(
    new RunRecorder({
      runId: 'r',
      limits: defaultWriterLimits,
      totalSteps: undefined,
      redact: undefined,
      publicError: () => ({ message: 'x' }),
      report: () => undefined,
      sink: silentSink,
    }),
  )
}

describe('createRunHandle', () => {
  it('gives steps what they give and throws what they throw, awaited or not', async () => {
    const run = silentRun()
    const error = new Error('own')

    expect(await run.step('a', () => 7)).toBe(7)
    expect(await run.step('b', (step) => step.step('c', async () => step.attempt))).toBe(1)
    await expect(
      run.step('d', () => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  it('knows that nobody watches a silent run', async () => {
    const run = silentRun()

    expect(run.monitored).toBe(false)
    expect(await run.flushed()).toBe(false)
  })
})
