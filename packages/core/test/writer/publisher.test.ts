import { readEvents } from '@llmmon/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type MemoryTransport, memoryTransport, type Run, startRun, type Transport } from '../../src/index.js'
import { publisherOf } from '../../src/writer/publisher.js'

afterEach(() => {
  vi.useRealTimers()
})

function counting(transport: MemoryTransport) {
  const appended: number[] = []
  let out = 0
  let most = 0
  const spied: Transport = {
    ...transport,
    async append(request) {
      out += 1
      most = Math.max(most, out)
      appended.push(request.batch.to - request.batch.from + 1)
      await Promise.resolve()
      const answer = await transport.append(request)
      out -= 1
      return answer
    },
  }
  return { transport: spied, appended, most: () => most }
}

describe('Publisher', () => {
  it('writes what is said in one go as one batch', async () => {
    const { transport, appended } = counting(memoryTransport())
    const run = startRun({ name: 'c', transport, runId: 'r' })
    for (let i = 0; i < 10; i += 1) run.custom('n', i)
    await run.flushed()

    expect(appended).toEqual([11])
  })

  it('gathers tokens that come faster than the run may be written, and keeps every character', async () => {
    const { transport, appended } = counting(memoryTransport())
    const run = startRun({ name: 'c', transport, runId: 'r' })
    for (let i = 0; i < 1_000; i += 1) {
      run.token('ab')
      if (i % 50 === 0) await new Promise(setImmediate)
    }
    await run.flushed()
    const text = (await readEvents(transport, 'r')).map((event) => (event.update_type === 'token' ? event.delta : ''))

    expect(text.join('')).toBe('ab'.repeat(1_000))
    expect(appended.length).toBeLessThan(21)
  })

  it('does not let a token that gathers cost the other runs anything', async () => {
    const { transport, appended } = counting(memoryTransport())
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    run.custom('n', 1)
    await run.flushed()
    appended.length = 0
    for (let i = 0; i < 100; i += 1) {
      run.token('a')
      await Promise.resolve()
    }

    expect(appended).toEqual([])
    expect(await run.flushed()).toBe(true)
    expect(appended).toEqual([1])
  })

  it('writes what gathers at once when something comes that does not wait', async () => {
    const { transport, appended } = counting(memoryTransport())
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    run.token('a')
    run.custom('n', 1)
    await new Promise(setImmediate)

    expect(appended).toEqual([1, 2])
  })

  it('makes few looks for the signs of life of many runs', async () => {
    vi.useFakeTimers()
    const transport = memoryTransport()
    const runs: Run[] = []
    for (let i = 0; i < 200; i += 1) {
      runs.push(startRun({ name: 'c', transport, runId: `r${i}` }))
      await vi.advanceTimersByTimeAsync(1)
    }
    await vi.advanceTimersByTimeAsync(5_000)
    const now = vi.spyOn(performance, 'now')
    await vi.advanceTimersByTimeAsync(5_000)

    // 200 deadlines within 200 ms; a look, what it finds and its answers take the time a few times for each.
    expect(now.mock.calls.length).toBeLessThan(200 * 3)
    for (const run of runs) expect((await transport.inspect(run.runId))?.silentMs).toBeLessThanOrEqual(5_050)
  })

  it('gives signs of life in time also where they are due every few milliseconds', async () => {
    vi.useFakeTimers()
    const transport = memoryTransport({ heartbeatMs: 50, leaseMs: 100 })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    for (let ms = 0; ms < 1_000; ms += 5) {
      await vi.advanceTimersByTimeAsync(5)
      expect((await transport.inspect('r'))?.silentMs).toBeLessThanOrEqual(60)
    }
  })

  it('has at most eight requests out, and lets every run have its turn', async () => {
    const { transport, most } = counting(memoryTransport())
    const runs = Array.from({ length: 50 }, (_, i) => startRun({ name: 'c', transport, runId: `r${i}` }))
    for (const run of runs) run.complete(1)
    expect(await Promise.all(runs.map((run) => run.flushed()))).toEqual(Array(50).fill(true))

    expect(most()).toBeLessThanOrEqual(8)
  })

  it('goes on after the transport was down, without a hole', async () => {
    const inner = memoryTransport()
    let isDown = true
    const transport: Transport = {
      ...inner,
      append: (request) => (isDown ? Promise.reject(new Error('down')) : inner.append(request)),
    }
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.custom('n', 1)
    expect(await run.flushed({ timeoutMs: 20 })).toBe(false)
    isDown = false
    run.custom('n', 2)
    run.complete()

    expect(await run.flushed({ timeoutMs: 5_000 })).toBe(true)
    expect((await readEvents(inner, 'r')).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
  })

  it('heals a run that the store has lost, under the same numbers', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'r', metadata: { user: 1 } })
    run.custom('n', 1)
    await run.flushed()
    const before = await transport.inspect('r')
    transport.lose('r')
    run.custom('n', 2)
    await run.flushed()

    expect((await readEvents(transport, 'r')).map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(await transport.inspect('r')).toMatchObject({ epoch: before?.epoch, metadata: { user: 1 } })
  })

  it('gives signs of life for a quiet run, so that it is not reaped', async () => {
    vi.useFakeTimers()
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    await vi.advanceTimersByTimeAsync(60_000)

    expect(await transport.reap('r')).toBe('alive')
    expect((await transport.inspect('r'))?.silentMs).toBeLessThanOrEqual(5_000)
  })

  it('ends open runs as abandoned when the transport closes', async () => {
    const transport = memoryTransport()
    const seen: unknown[] = []
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await run.flushed()
    await transport.watch('r', {
      batch: ({ text }) => seen.push(...JSON.parse(text).events),
      bell: () => undefined,
      interrupted: () => undefined,
      active: () => undefined,
    })
    await transport.close()

    expect(seen).toMatchObject([{ update_type: 'error', code: 'abandoned' }])
  })

  it('settles to nothing: an ended run is let go after a minute', async () => {
    vi.useFakeTimers()
    const transport = memoryTransport()
    startRun({ name: 'c', transport }).complete()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(publisherOf(transport).size).toBe(1)
    await vi.advanceTimersByTimeAsync(61_000)

    expect(publisherOf(transport).size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('publisherOf', () => {
  it('is one for each transport', () => {
    const transport = memoryTransport()

    expect(publisherOf(transport)).toBe(publisherOf(transport))
    expect(publisherOf(memoryTransport())).not.toBe(publisherOf(transport))
  })
})
