import { describe, expect, it } from 'vitest'
import { memoryTransport, readRun, startRun } from '../../src/index.js'
import { usageOf } from '../../src/writer/usage-of.js'

const hostile = {
  get inputTokens(): number {
    throw new Error('own')
  },
}

describe('usageOf', () => {
  it('takes the numbers', () => {
    expect(usageOf({ inputTokens: 1, model: 'x', outputTokens: Number.NaN, cost: null })).toEqual({ inputTokens: 1 })
  })

  it.each([['x'], [5], [null], [undefined], [[1]], [{}], [{ a: 'x' }]])('finds none in %s', (counts) => {
    expect(usageOf(counts)).toBeUndefined()
  })

  it('finds none where a getter throws', () => {
    expect(usageOf(hostile)).toBeUndefined()
  })
})

describe('usage and names that are none', () => {
  it('are told once, and matter neither to the chain nor to what is shown', async () => {
    const transport = memoryTransport()
    const told: string[] = []
    const run = startRun({ name: 'c', transport, runId: 'r', onError: ({ message }) => told.push(message) })
    run.usage('x' as never)
    run.usage(hostile)
    run.usage(undefined as never)
    expect(await run.step(undefined as never, () => 7)).toBe(7)
    expect(await run.step(Object.create(null), () => 8)).toBe(8)
    run.custom(null as never, 1)
    run.complete()

    expect(await readRun(transport, 'r')).toMatchObject({
      usage: null,
      steps: [{ name: 'unnamed' }, { name: 'unnamed' }],
    })
    expect(told).toEqual([expect.stringMatching(/^Expected usage\(/)])
  })

  it('name what was expected', async () => {
    const told: string[] = []
    const run = startRun({ name: 'c', transport: memoryTransport(), onError: ({ message }) => told.push(message) })
    await run.step('' as never, () => 7)

    expect(told).toEqual([expect.stringMatching(/name of a step; got an empty one/)])
  })
})
