import { describe, expect, it } from 'vitest'
import { LlmmonError, memoryTransport, monitorChain, readRun, startRun, type Transport } from '../../src/index.js'

describe('readRun', () => {
  it('gives the state as the store has it, and undefined for no run', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'r', tags: ['x'] })
    run.token('half a sen')
    await run.flushed()

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'running', text: 'half a sen', tags: ['x'], seq: 2 })
    expect((await readRun(transport, 'r'))?.epoch).toBe((await transport.inspect('r'))?.epoch)
    expect(await readRun(transport, 'nowhere')).toBeUndefined()
    await expect(readRun(transport, 'a}b')).rejects.toMatchObject({ code: 'invalid_run_id' })
  })

  it('sees everything that this process has said before, ended or not', async () => {
    const transport = memoryTransport()
    const chain = monitorChain(
      async (n: number, run) => {
        run.token('half')
        await new Promise(setImmediate)
        return n
      },
      { name: 'c', transport },
    )
    const started = chain.start(1)
    expect(await readRun(transport, started.runId)).toMatchObject({ status: 'running', text: 'half' })
    await chain.execute(1, { runId: 'a' })

    expect(await readRun(transport, 'a')).toMatchObject({ status: 'completed', result: 1 })
  })

  it('does not wait for what a busy run says meanwhile', async () => {
    const transport = memoryTransport()
    const run = startRun({ name: 'c', transport, runId: 'busy' })
    let isOver = false
    const talk = () => {
      run.token('x')
      if (!isOver) setImmediate(talk)
    }
    talk()
    const startedAt = performance.now()
    expect((await readRun(transport, 'busy'))?.text).toMatch(/^x+$/)
    isOver = true

    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  it('takes the record of the writer where the store cannot be read', async () => {
    const memory = memoryTransport()
    const broken = () => Promise.reject(new LlmmonError('transport_failed', 'down', { retryable: true }))
    let isDown = false
    const transport: Transport = {
      ...memory,
      append: (request) => (isDown ? broken() : memory.append(request)),
      read: broken,
    }
    const run = startRun({ name: 'c', transport, runId: 'r', metadata: { user: 7 } })
    run.token('kept ')
    await run.flushed()
    isDown = true
    run.token('and waiting')
    await new Promise(setImmediate)
    run.custom('n', 1)

    expect(await readRun(transport, 'r')).toMatchObject({
      status: 'running',
      text: 'kept and waiting',
      metadata: { user: 7 },
    })
    await expect(readRun(transport, 'other')).rejects.toMatchObject({ code: 'transport_failed' })
  })

  it('leaves a run to whoever has it, when its id was taken', async () => {
    const transport = memoryTransport()
    startRun({ name: 'first', transport, runId: 'r' }).complete('first')
    const second = startRun({ name: 'second', transport, runId: 'r', onError: () => undefined })
    second.complete('second')

    expect(await readRun(transport, 'r')).toMatchObject({ chain: 'first', result: 'first' })
  })

  it('reads on through the end that a reaper wrote', async () => {
    let now = 1_000_000
    const transport = memoryTransport({ now: () => now })
    await transport.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', chain: 'c', metadata: {}, tags: [] })
    now += 60_000
    await transport.reap('r')

    expect(await readRun(transport, 'r')).toMatchObject({ status: 'error', error: { code: 'abandoned' } })
  })
})
