import { describe, expect, it } from 'vitest'
import { isSequentialChain } from '../../src/chain/sequential-chain.js'
import { memoryTransport, readRun, sequentialChain, startRun, step } from '../../src/index.js'

const chain = sequentialChain('count', [
  step('split', (text: string) => text.split(' ')),
  step('count', (words: string[], step) => {
    step.token(String(words.length))
    return words.length
  }),
])

describe('sequentialChain', () => {
  it('shows its steps on a run that is given', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'outer', transport, runId: 'r' })
    expect(await chain.executeIn(run, 'a b c')).toBe(3)
    await run.flushed()

    expect((await readRun(transport, 'r'))?.steps.map(({ name, text }) => [name, text])).toEqual([
      ['split', ''],
      ['count', '3'],
    ])
  })

  it('throws what a step throws, and runs none after it', async () => {
    const error = new Error('no')
    const failing = sequentialChain('f', [
      step('a', (_: string): number => {
        throw error
      }),
      step('b', (n: number) => expect.unreachable(String(n))),
    ])

    await expect(failing.execute('x')).rejects.toBe(error)
  })
})

describe('step', () => {
  it('is a name, a function and what else a step can have', () => {
    expect(step('a', (x: number) => x, { kind: 'tool', weight: 2 })).toMatchObject({
      name: 'a',
      options: { kind: 'tool', weight: 2 },
    })
  })
})

describe('isSequentialChain', () => {
  it('knows its own', () => {
    expect(isSequentialChain(chain)).toBe(true)
    expect([null, {}, 'x', () => 1].some(isSequentialChain)).toBe(false)
  })
})
