import { readEvents } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  currentRun,
  type MemoryTransport,
  memoryTransport,
  monitorChain,
  type Run,
  readRun,
  type StandardSchema,
  sequentialChain,
  step,
} from '../../src/index.js'

let transport: MemoryTransport

beforeEach(() => {
  transport = memoryTransport()
})

afterEach(() => transport.close())

async function settled(runId: string) {
  await new Promise(setImmediate)
  return readRun(transport, runId)
}

describe('monitorChain', () => {
  it('gives what the bare function gives, by identity', async () => {
    const value = { big: new Map() }
    const chain = monitorChain(() => value, { name: 'c', transport })

    expect(await chain.execute('x')).toBe(value)
  })

  it.each([[new Error('no')], ['a string'], [null], [undefined], [7], [{ odd: true }]])(
    'throws the very thing the bare function throws: %j',
    async (thrown) => {
      const chain = monitorChain(
        () => {
          throw thrown
        },
        { name: 'c', transport },
      )
      const caught = await chain.execute('x', { runId: 'r' }).then(
        () => 'nothing',
        (error: unknown) => error,
      )

      expect(caught).toBe(thrown)
      expect(await settled('r')).toMatchObject({ status: 'error', error: { code: 'run_failed' } })
    },
  )

  it('puts args between the input and the run', async () => {
    const chain = monitorChain((input: string, factor: number, run: Run) => [input, factor, run.runId], {
      name: 'c',
      transport,
    })

    expect(await chain.execute('x', { runId: 'r', args: [3] })).toEqual(['x', 3, 'r'])
  })

  it('calls execute or invoke of an object on that object, with its args, and offers currentRun inside', async () => {
    class Chain {
      factor = 2
      async invoke(input: number, extra: number) {
        await currentRun()?.step('inside', () => 1)
        return input * this.factor + extra
      }
    }
    const chain = monitorChain(new Chain(), { transport })

    expect(chain.name).toBe('Chain')
    expect(await chain.execute(5, { runId: 'r', args: [1] })).toBe(11)
    expect((await settled('r'))?.steps).toMatchObject([{ name: 'inside', status: 'completed' }])
    expect(
      await monitorChain({ execute: (x: number) => x + 1, invoke: () => 0 }, { name: 'c', transport }).execute(1),
    ).toBe(2)
  })

  it('answers start with the id at once, and never with an unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const chain = monitorChain(() => Promise.reject(new Error('no')), { name: 'c', transport })
    const { runId, result } = chain.start('x')
    await settled(runId)
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)

    expect(unhandled).not.toHaveBeenCalled()
    await expect(result).rejects.toThrow('no')
  })

  it('cancels by signal: what then rejects is cancelled, what returns is complete', async () => {
    const obeying = monitorChain(
      (_: string, run) =>
        new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason))),
      { name: 'c', transport },
    )
    const stubborn = monitorChain(
      (_: string, run) => new Promise((resolve) => run.signal.addEventListener('abort', () => resolve('anyway'))),
      { name: 'c', transport },
    )
    const first = obeying.start('x', { runId: 'a' })
    const second = stubborn.start('x', { runId: 'b' })
    expect([first.cancel('why'), first.cancel(), second.cancel()]).toEqual(['accepted', 'accepted', 'accepted'])

    await expect(first.result).rejects.toMatchObject({ name: 'AbortError' })
    expect(await second.result).toBe('anyway')
    expect(await settled('a')).toMatchObject({ status: 'cancelled', error: { message: 'why', code: 'cancelled' } })
    expect(await settled('b')).toMatchObject({ status: 'completed', result: 'anyway' })
    expect(first.cancel()).toBe('already_ended')
  })

  it("follows the caller's signal, before and during the run, and leaves no listener on it", async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const reason = new Error('mine')
    const chain = monitorChain(
      (_: string, run) => {
        run.signal.throwIfAborted()
        return new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason)))
      },
      { name: 'c', transport },
    )
    const during = chain.start('x', { runId: 'a', signal: controller.signal })
    controller.abort(reason)
    await expect(during.result).rejects.toBe(reason)
    await expect(chain.execute('x', { runId: 'b', signal: controller.signal })).rejects.toBe(reason)

    expect(await settled('a')).toMatchObject({ status: 'cancelled', error: { message: 'mine' } })
    expect(await settled('b')).toMatchObject({ status: 'cancelled' })
    expect(remove).toHaveBeenCalled()
  })

  it('runs unmonitored where the id is taken, and says so', async () => {
    const onError = vi.fn()
    let second: Run | undefined
    const chain = monitorChain(
      (text: string, run) => {
        second = run
        return text
      },
      { name: 'c', transport, onError },
    )
    await chain.execute('first', { runId: 'r' })
    expect(await chain.execute('second', { runId: 'r' })).toBe('second')
    await settled('r')

    expect(onError).toHaveBeenCalledTimes(1)
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'run_exists', runId: 'r' })
    expect(second?.monitored).toBe(false)
    expect((await settled('r'))?.result).toBe('first')
  })

  it('replaces where it is told to', async () => {
    const chain = monitorChain((text: string) => text, { name: 'c', transport, ifExists: 'replace' })
    await chain.execute('first', { runId: 'r' })
    await chain.execute('second', { runId: 'r' })

    expect((await settled('r'))?.result).toBe('second')
  })

  it.each(['__proto__', 'a}b', 'a\nb', '', 'x'.repeat(129)])(
    'refuses the run id %j before the chain runs',
    async (runId) => {
      const bare = vi.fn()
      const chain = monitorChain(bare, { name: 'c', transport })

      expect(() => chain.start('x', { runId })).toThrow(/Expected a run id/)
      await expect(chain.execute('x', { runId })).rejects.toMatchObject({ code: 'invalid_run_id' })
      expect(bare).not.toHaveBeenCalled()
    },
  )

  it('says what is missing when it is made wrongly', () => {
    expect(() => monitorChain(7 as never, { name: 'c', transport })).toThrow(/function or an object/)
    expect(() => monitorChain(() => 1, { transport })).toThrow(/name/)
    expect(() => monitorChain(() => 1, { name: 'c' } as never)).toThrow(/transport/)
  })

  it('names the run and step in which another is started', async () => {
    const inner = monitorChain(() => 1, { name: 'inner', transport })
    const outer = monitorChain(
      (_: string, run) => run.step('call', () => inner.execute('x', { runId: 'child' }), { stepId: 's' }),
      {
        name: 'outer',
        transport,
      },
    )
    await outer.execute('x', { runId: 'parent' })
    await inner.execute('x', { runId: 'alone', parent: null })

    expect((await settled('child'))?.parent).toEqual({ runId: 'parent', stepId: 's' })
    expect((await settled('alone'))?.parent).toBeNull()
  })

  it('tells of a result or metadata that does not match its schema, and sends it all the same', async () => {
    const onError = vi.fn()
    const schema: StandardSchema<string> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'wrong kind' }] }) },
    }
    const chain = monitorChain(() => 'x', { name: 'c', transport, schemas: { result: schema }, onError })
    await chain.execute('x', { runId: 'r' })

    expect((await settled('r'))?.result).toBe('x')
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'invalid_result' })
  })

  it('does not let a chain wait for, or fail by, a transport that is broken', async () => {
    const onError = vi.fn()
    const never = () => new Promise<never>(() => undefined)
    const dead = { ...transport, claim: never }
    const refusing = { ...transport, claim: () => Promise.reject(new Error('down')) }
    for (const broken of [dead, refusing]) {
      const chain = monitorChain((_: string, run) => run.step('a', () => 7), { name: 'c', transport: broken, onError })
      expect(await chain.execute('x')).toBe(7)
    }
  })

  it('types the input, the result and the args', () => {
    const chain = monitorChain((text: string, n: number, _run: Run) => text.length * n, { name: 'c', transport })
    const use = () => {
      const result: Promise<number> = chain.execute('x', { args: [2] })
      // @ts-expect-error the input is a string
      void chain.execute(7)
      // @ts-expect-error args are numbers
      void chain.execute('x', { args: ['2'] })
      return result
    }

    expect(use).toBeTypeOf('function')
  })
})

describe('sequentialChain', () => {
  const chain = sequentialChain('count', [
    step('split', (text: string) => text.split(' ')),
    step('count', (words: string[]) => words.length, { kind: 'tool', weight: 3 }),
  ])

  it('hands each result to the next step, and knows its progress', async () => {
    const monitored = monitorChain(chain, { transport })
    expect(await monitored.execute('a b c', { runId: 'r' })).toBe(3)
    await settled('r')
    const events = await readEvents(transport, 'r')

    expect(events[0]).toMatchObject({ chain: 'count', total_steps: 2 })
    expect(events.flatMap((event) => (event.update_type === 'step' ? [event.progress_percentage] : []))).toEqual([
      25, 100,
    ])
  })

  it('runs bare as well', async () => {
    expect(await chain.execute('a b')).toBe(2)
  })

  it('refuses no steps, and steps that are none', () => {
    expect(() => sequentialChain('empty', [])).toThrow(/at least one/)
    expect(() => step('x', 7 as never)).toThrow(/function/)
  })

  it('does not compile where a step cannot take what the one before gives', () => {
    // @ts-expect-error a number is not a string
    sequentialChain('wrong', [step('a', (x: string) => x.length), step('b', (x: string) => x)])
    const right: { execute(input: string): Promise<string> } = sequentialChain('right', [
      step('a', (x: string) => x.length),
      step('b', (x: number) => `${x}`),
    ])

    expect(right).toBeDefined()
  })
})
