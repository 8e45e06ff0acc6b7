import { memoryTransport, monitorChain, readRun, sequentialChain, step } from '@llmmon/core'
import { describe, expectTypeOf, it } from 'vitest'
import { type Json, runOf, useChainMonitor } from '../src/index.js'

const transport = memoryTransport()
const summarise = monitorChain(
  sequentialChain('summarise', [
    step('split', (text: string) => text.split(' ')),
    step('digest', (parts: string[]) => ({ digest: parts.join(), at: new Date() })),
  ]),
  { transport },
)

describe('useChainMonitor', () => {
  it('knows the result and the steps of the chain, as they arrive', () => {
    const run = useChainMonitor(runOf<typeof summarise>('r'))
    expectTypeOf(run.result).toEqualTypeOf<{ digest: string; at: string } | null>()
    expectTypeOf(run.monitor?.result).toEqualTypeOf<Promise<{ digest: string; at: string }> | undefined>()
    for (const one of run.steps) if (one.name === 'split') expectTypeOf(one.result).toEqualTypeOf<string[] | null>()
    expectTypeOf(run.cancel('enough')).resolves.toEqualTypeOf<'accepted' | 'already_ended'>()
    // @ts-expect-error a Date arrives as a string
    run.result?.at.getTime()
    // @ts-expect-error there is no such field
    run.message.nope
  })

  it('gives what select makes of it', () => {
    const id = runOf<typeof summarise>('r' as string | null)
    expectTypeOf(useChainMonitor(id, { select: (run) => run.result?.digest })).toEqualTypeOf<string | undefined>()
    expectTypeOf(useChainMonitor('r', { select: (run) => run.result })).toEqualTypeOf<Json>()
    useChainMonitor(id, { select: (run) => ({ n: run.seq }), isEqual: (a, b) => a.n === b.n })
    // @ts-expect-error the chain gives no such thing
    useChainMonitor(id, { select: (run) => run.result?.title })
  })

  it('takes an id or none, and what readRun gives', async () => {
    useChainMonitor(null)
    useChainMonitor(undefined, { initialState: await readRun(transport, 'r') })
    // @ts-expect-error an id is a string
    useChainMonitor(7)
  })
})
