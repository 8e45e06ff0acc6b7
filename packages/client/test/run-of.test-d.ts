import { type Json, type JsonObject, memoryTransport, monitorChain, sequentialChain, step } from '@llmmon/core'
import { describe, expectTypeOf, it } from 'vitest'
import { ChainMonitor, createMonitorClient, runOf } from '../src/index.js'

const transport = memoryTransport()
const summarise = monitorChain(async (text: string) => ({ digest: text, at: new Date(), parts: new Set([1]) }), {
  name: 'summarise',
  transport,
})
const schema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => ({}),
    types: undefined as { input: { user: string; since: Date }; output: { user: string; since: Date } } | undefined,
  },
} as const
const counting = monitorChain(
  sequentialChain('count', [
    step('split', (text: string) => text.split(' ')),
    step('count', (words: string[]) => ({ words, at: new Date() }), { result: ({ words }) => words.length }),
    step('hide', ({ words }: { words: string[] }) => words, { result: false }),
  ]),
  { transport, schemas: { metadata: schema } },
)

describe('runOf', () => {
  it('carries the result of a chain, as it arrives', () => {
    const monitor = new ChainMonitor(runOf<typeof summarise>('r'))
    expectTypeOf(monitor.result).resolves.toEqualTypeOf<{ digest: string; at: string; parts: number[] }>()
    expectTypeOf(monitor.getSnapshot().result?.at).toEqualTypeOf<string | undefined>()
    expectTypeOf(monitor.getSnapshot().metadata).toEqualTypeOf<JsonObject>()
    monitor.onComplete(({ result }) => expectTypeOf(result.digest).toEqualTypeOf<string>())
    monitor.onComplete = ({ result }) => expectTypeOf(result.digest).toEqualTypeOf<string>()
    // @ts-expect-error the chain gives no such thing
    monitor.getSnapshot().result?.title
    // @ts-expect-error a Date arrives as a string
    monitor.onComplete(({ result }) => result.at.getTime())
  })

  it('carries the metadata by their schema, and the steps of a sequential chain by their names', () => {
    const monitor = createMonitorClient().monitor(runOf<typeof counting>('r'))
    expectTypeOf(monitor.getSnapshot().metadata).toEqualTypeOf<{ user?: string; since?: string }>()
    monitor.onStart(({ metadata }) => expectTypeOf(metadata.since).toEqualTypeOf<string | undefined>())
    for (const one of monitor.getSnapshot().steps) {
      if (one.name === 'split') expectTypeOf(one.result).toEqualTypeOf<string[] | null>()
      else if (one.name === 'count') expectTypeOf(one.result).toEqualTypeOf<number | null>()
      else expectTypeOf(one.result).toEqualTypeOf<null>()
      // @ts-expect-error the chain has no such step
      if (one.name === 'splat') one.text
    }
    monitor.onStep((data) => {
      if (data.step_name === 'split') expectTypeOf(data.intermediate_result).toEqualTypeOf<string[] | null>()
    })
    expectTypeOf(monitor.result).resolves.toEqualTypeOf<string[]>()
  })

  it('takes by hand what a chain does not tell', () => {
    const id = runOf<typeof summarise, { steps: { split: Date[] }; metadata: { user: string } }>('r')
    const snapshot = new ChainMonitor(id).getSnapshot()
    expectTypeOf(snapshot.metadata.user).toEqualTypeOf<string | undefined>()
    const [first] = snapshot.steps
    if (first?.name === 'split') expectTypeOf(first.result).toEqualTypeOf<string[] | null>()
  })

  it('is an id for everything else, and any id does without it', () => {
    expectTypeOf(runOf<typeof summarise>('r')).toExtend<string>()
    expectTypeOf(new ChainMonitor('r').result).resolves.toEqualTypeOf<Json>()
    expectTypeOf(createMonitorClient().monitor<string>('r').result).resolves.toEqualTypeOf<string>()
    expectTypeOf(runOf<typeof summarise>(null as string | null)).toExtend<string | null | undefined>()
    // @ts-expect-error a string is no chain
    runOf<string>('r')
    // @ts-expect-error an id is a string
    runOf<typeof summarise>(7)
    // @ts-expect-error the runs of one chain are not those of another
    const other: ReturnType<typeof runOf<typeof counting>> = runOf<typeof summarise>('r')
    void other
  })
})
