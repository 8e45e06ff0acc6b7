import { describe, expect, it } from 'vitest'
import { currentRun, memoryTransport, startRun } from '../../src/index.js'
import { currentContext, withContext } from '../../src/writer/current-run.js'

const run = startRun({ name: 'c', transport: memoryTransport(), onError: () => undefined })

describe('currentRun', () => {
  it('is the run in which the code runs, also later and inside steps, and nothing outside', async () => {
    expect(currentRun()).toBeUndefined()
    await run.step('outer', async (step) => {
      await Promise.resolve()
      expect(currentRun()).toBe(run)
      expect(currentContext()?.stepId).toBe(step.stepId)
    })

    expect(currentRun()).toBeUndefined()
  })
})

describe('withContext', () => {
  it('keeps runs that go on side by side apart', async () => {
    const other = startRun({ name: 'c', transport: memoryTransport() })
    const seen = await Promise.all(
      [run, other].map((each) =>
        withContext({ run: each, stepId: undefined }, () => Promise.resolve().then(currentRun)),
      ),
    )

    expect(seen).toEqual([run, other])
  })
})

describe('currentContext', () => {
  it('is nothing outside of a run', () => {
    expect(currentContext()).toBeUndefined()
  })
})
