import { type MemoryTransport, memoryTransport, monitorChain, type Run, reserveRun, startRun } from '@llmmon/core'
import { type Listening, listen, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allowAnyone, createMonitorServer, type MonitorServer, type MonitorServerOptions } from '../src/index.js'

let transport: MemoryTransport
let http: Listening
let monitor: MonitorServer
let viewers: RawViewer[] = []

async function serve(options: Partial<MonitorServerOptions> = {}): Promise<void> {
  transport = memoryTransport()
  http = await listen()
  monitor = createMonitorServer({ transport, authorize: allowAnyone, ...options })
  monitor.attach(http.server)
}

async function connect(path = '/ws', options?: Parameters<typeof rawViewer>[1]): Promise<RawViewer> {
  const viewer = await rawViewer(`${http.wsUrl}${path}`, options)
  viewers.push(viewer)
  return viewer
}

async function watch(run_id: string, from?: { epoch: string; seq: number }): Promise<RawViewer> {
  const viewer = await connect()
  viewer.send({ type: 'hello' })
  viewer.send({ type: 'subscribe', ref: 1, run_id, from })
  return viewer
}

function seqs(frames: readonly { readonly [field: string]: unknown }[]): number[] {
  return frames.flatMap((frame) =>
    frame.type === 'events' ? (frame.events as { seq: number }[]).map(({ seq }) => seq) : [],
  )
}

const isEnd = (frame: { readonly [field: string]: unknown }) => frame.type === 'end'

beforeEach(() => serve())

afterEach(async () => {
  for (const viewer of viewers) viewer.ws.terminate()
  viewers = []
  await monitor.close()
  await transport.close()
  await http.close()
})

function openRun(runId = 'r1'): Run {
  return startRun({ name: 'test', transport, runId })
}

describe('createMonitorServer', () => {
  it('refuses to be made without an authorize, and says what to pass', () => {
    expect(() => createMonitorServer({ transport } as never)).toThrow(/allowAnyone/)
    expect(() => createMonitorServer({ authorize: allowAnyone } as never)).toThrow(/transport/)
  })

  it('shows a run live from its first event to its end', async () => {
    const viewer = await watch('r1')
    expect(await viewer.next(({ type }) => type === 'subscribed')).toMatchObject({
      ref: 1,
      run_id: 'r1',
      phase: 'pending',
    })

    const chain = monitorChain((text: string, run) => run.step('upper', () => text.toUpperCase()), {
      name: 'c',
      transport,
    })
    await chain.execute('x', { runId: 'r1' })
    const frames = await viewer.until(isEnd)

    expect(seqs(frames)).toEqual([1, 2, 3, 4])
    expect(frames.at(-1)).toMatchObject({ type: 'end', run_id: 'r1', seq: 4 })
  })

  it('welcomes with its limits', async () => {
    const viewer = await connect()
    viewer.send({ type: 'hello' })

    expect(await viewer.next()).toMatchObject({
      type: 'welcome',
      heartbeat_ms: 25_000,
      limits: { max_frame_bytes: 16_384, max_subscriptions: 500 },
    })
  })

  it('gives a late viewer the whole history, compacted, then goes on live', async () => {
    const run = openRun()
    for (let i = 0; i < 500; i += 1) {
      run.token('ab')
      if (i % 10 === 0) await run.flushed()
    }
    await run.flushed()
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'subscribed')
    const history = await viewer.next(({ type }) => type === 'events')
    run.token('tail')
    run.complete('done')
    await viewer.until(isEnd)
    const text = viewer.frames.flatMap((frame) =>
      frame.type === 'events' ? (frame.events as { delta?: string }[]) : [],
    )

    expect((history.events as unknown[]).length).toBeLessThan(5)
    expect(text.map(({ delta }) => delta ?? '').join('')).toBe(`${'ab'.repeat(500)}tail`)
  })

  it('resumes right after the position it is told, at every position', async () => {
    const run = openRun()
    for (let i = 0; i < 8; i += 1) {
      run.custom('n', i)
      await run.flushed()
    }
    run.complete()
    await run.flushed()
    const { epoch, last } = (await transport.inspect('r1')) as { epoch: string; last: number }
    for (let seq = 1; seq <= last; seq += 1) {
      const viewer = await watch('r1', { epoch, seq })
      const frames = await viewer.until(isEnd)
      // A frame may begin before the position: the receiver skips what it knows.
      const fresh = seqs(frames).filter((each) => each > seq)
      expect(fresh).toEqual(Array.from({ length: last - seq }, (_, i) => seq + 1 + i))
    }
  })

  it('sends a viewer of another epoch a reset, then everything', async () => {
    const run = openRun()
    run.complete()
    await run.flushed()
    const viewer = await watch('r1', { epoch: '5', seq: 1 })
    const frames = await viewer.until(isEnd)

    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'subscribed', 'reset', 'events', 'end'])
    expect(seqs(frames)).toEqual([1, 2])
  })

  it('tells viewers of a replaced run to start over', async () => {
    const onError = vi.fn()
    startRun({ name: 'test', transport, runId: 'r1', onError }).custom('old')
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'events')
    const second = startRun({ name: 'second', transport, runId: 'r1', ifExists: 'replace' })
    second.complete('new')
    const frames = await viewer.until(isEnd)

    expect(frames[0]).toMatchObject({ type: 'reset', reason: 'replaced' })
    expect(seqs(frames)).toEqual([1, 2])
  })

  it('has one subscription upstream for all viewers of a run, and one read', async () => {
    const watchSpy = vi.spyOn(transport, 'watch')
    const readSpy = vi.spyOn(transport, 'read')
    const run = openRun()
    await run.flushed()
    const all = await Promise.all(Array.from({ length: 20 }, () => watch('r1')))
    await Promise.all(all.map((viewer) => viewer.next(({ type }) => type === 'events')))
    run.complete()
    await Promise.all(all.map((viewer) => viewer.until(isEnd)))

    expect(watchSpy).toHaveBeenCalledTimes(1)
    expect(readSpy).toHaveBeenCalledTimes(1)
    expect(monitor.stats).toEqual({ connections: 20, channels: 1 })
  })

  it('keeps a reserved run pending until it starts', async () => {
    await reserveRun({ transport, runId: 'r1' })
    const viewer = await watch('r1')
    expect(await viewer.next(({ type }) => type === 'subscribed')).toMatchObject({ phase: 'pending' })
    openRun().complete()

    expect(seqs(await viewer.until(isEnd))).toEqual([1, 2])
  })

  it('gives up an unknown run after its time, and lets go of everything', async () => {
    await monitor.close()
    monitor = createMonitorServer({ transport, authorize: allowAnyone, limits: { pendingMs: 10 } })
    monitor.attach(http.server)
    const viewer = await watch('nowhere')

    expect(await viewer.next(({ type }) => type === 'error')).toMatchObject({ code: 'not_found', ref: 1 })
  })

  it('closes with the reconnectable code and settles to nothing', async () => {
    openRun()
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'events')
    await monitor.close({ drainMs: 0 })

    expect(viewer.frames.some(({ type }) => type === 'goaway')).toBe(true)
    expect(await viewer.closed()).toMatchObject({ code: 1001 })
    expect(monitor.stats).toEqual({ connections: 0, channels: 0 })
  })

  it('leaves upgrades of other paths to their owners, and answers them when there is none', async () => {
    const alone = await rawViewer(`${http.wsUrl}/other`)
    expect(alone.ws.readyState).toBe(alone.ws.CLOSED)

    const seen: string[] = []
    http.server.on('upgrade', (request, socket) => {
      seen.push(String(request.url))
      if (request.url === '/other') socket.destroy()
    })
    await rawViewer(`${http.wsUrl}/other`)
    const ours = await watch('r1')

    expect(seen).toEqual(['/other', '/ws'])
    expect(await ours.next()).toMatchObject({ type: 'welcome' })
  })
})

describe('a request of a stranger', () => {
  it.each([
    ['text that is no JSON', 'hello', 4400],
    ['JSON that is no object', '[]', 4400],
    ['a frame that nests too deep', `{"type":"hello","x":${'['.repeat(40)}${']'.repeat(40)}}`, 4400],
    ['a field of the wrong kind', '{"type":"hello","token":7}', 4400],
    ['a request before hello', '{"type":"ping","n":1}', 4400],
    ['a frame that is too big', `{"type":"hello","token":"${'x'.repeat(20_000)}"}`, 1009],
  ])('closes on %s', async (_, text, code) => {
    const viewer = await connect()
    viewer.send(text)

    expect((await viewer.closed()).code).toBe(code)
  })

  it('closes on a binary frame, on a second hello, and on another subprotocol', async () => {
    const binary = await connect()
    binary.ws.send(Buffer.from('{"type":"hello"}'))
    const twice = await connect()
    twice.send({ type: 'hello' })
    twice.send({ type: 'hello' })
    const foreign = await connect('/ws', { protocol: null })

    expect((await binary.closed()).code).toBe(4400)
    expect((await twice.closed()).code).toBe(4400)
    expect((await foreign.closed()).code).toBe(4406)
  })

  it('answers a frame of an unknown type and goes on', async () => {
    const viewer = await connect()
    viewer.send({ type: 'hello' })
    viewer.send({ type: 'teleport', ref: 9 })
    viewer.send({ type: 'ping', n: 3 })

    expect(await viewer.next(({ type }) => type === 'error')).toMatchObject({ code: 'unsupported', ref: 9 })
    expect(await viewer.next(({ type }) => type === 'pong')).toMatchObject({ n: 3 })
  })

  it('refuses a second subscription of a run, and goes on with the first', async () => {
    openRun().complete()
    const viewer = await watch('r2')
    viewer.send({ type: 'subscribe', ref: 2, run_id: 'r2' })

    expect(await viewer.next(({ type }) => type === 'error')).toMatchObject({ code: 'duplicate', ref: 2 })
  })

  it('refuses more subscriptions than the limit', async () => {
    await monitor.close()
    monitor = createMonitorServer({ transport, authorize: allowAnyone, limits: { maxSubscriptions: 2 } })
    monitor.attach(http.server)
    const viewer = await connect()
    viewer.send({ type: 'hello' })
    for (const ref of [1, 2, 3]) viewer.send({ type: 'subscribe', ref, run_id: `run-${ref}` })

    expect(await viewer.next(({ type }) => type === 'error')).toMatchObject({ code: 'limit', ref: 3 })
    expect(monitor.stats.channels).toBe(2)
  })

  it('sends nothing of a run after unsubscribed', async () => {
    const run = openRun()
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'events')
    viewer.send({ type: 'unsubscribe', ref: 2, run_id: 'r1' })
    await viewer.next(({ type }) => type === 'unsubscribed')
    run.complete()
    await run.flushed()
    viewer.send({ type: 'ping', n: 1 })

    expect(await viewer.next()).toMatchObject({ type: 'pong' })
  })

  it('closes who floods', async () => {
    const viewer = await connect()
    viewer.send({ type: 'hello' })
    for (let i = 0; i < 300; i += 1) viewer.send({ type: 'ping', n: i })

    expect((await viewer.closed()).code).toBe(4503)
  })

  it('answers unknown, forbidden and malformed alike, in bytes and not sooner than 100 ms', async () => {
    await monitor.close()
    const authorize = vi.fn(({ runId }: { runId: string }) => {
      if (runId === 'throws') throw new Error('database down')
      return false
    })
    monitor = createMonitorServer({ transport, authorize })
    monitor.attach(http.server)
    openRun('mine')
    const viewer = await connect()
    viewer.send({ type: 'hello' })
    await viewer.next()
    const answers: string[] = []
    for (const run_id of ['mine', 'nowhere', 'throws', '__proto__', 'a}b', 'x\n', 'x'.repeat(129)]) {
      const since = performance.now()
      viewer.send({ type: 'subscribe', ref: 1, run_id })
      const { run_id: echoed, ...answer } = await viewer.next()
      expect(performance.now() - since).toBeGreaterThanOrEqual(100)
      answers.push(JSON.stringify(answer))
    }

    expect(new Set(answers).size).toBe(1)
    expect(authorize).toHaveBeenCalledTimes(3)
  })
})

describe('cancel', () => {
  it('reaches the signal of the chain and is answered once it has', async () => {
    const chain = monitorChain(
      (_: string, run) =>
        new Promise((_resolve, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason))),
      { name: 'c', transport },
    )
    const { result } = chain.start('x', { runId: 'r1' })
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'events')
    viewer.send({ type: 'cancel', ref: 2, run_id: 'r1', reason: 'enough' })
    await viewer.until(isEnd)

    await expect(result).rejects.toMatchObject({ name: 'AbortError' })
    expect(viewer.frames).toContainEqual({ type: 'cancel_answer', ref: 2, run_id: 'r1', answer: 'accepted' })
    expect(JSON.stringify(viewer.frames)).toContain('"update_type":"cancelled","status":"cancelled","reason":"enough"')
  })

  it('of an ended run says so, of an unknown one that there is none', async () => {
    const run = openRun()
    run.complete()
    await run.flushed()
    const viewer = await connect()
    viewer.send({ type: 'hello' })
    viewer.send({ type: 'cancel', ref: 2, run_id: 'r1' })
    viewer.send({ type: 'cancel', ref: 3, run_id: 'nowhere' })

    expect(await viewer.next(({ ref }) => ref === 2)).toMatchObject({ type: 'cancel_answer', answer: 'already_ended' })
    expect(await viewer.next(({ ref }) => ref === 3)).toMatchObject({ type: 'error', code: 'not_found' })
  })

  it('of a reserved run is kept, and aborts the run as it starts', async () => {
    await reserveRun({ transport, runId: 'r1' })
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'subscribed')
    viewer.send({ type: 'cancel', ref: 2, run_id: 'r1' })
    expect(await viewer.next()).toMatchObject({ answer: 'accepted' })
    const run = openRun()
    await run.flushed()

    expect(run.signal.aborted).toBe(true)
  })

  it('needs its own permission', async () => {
    await monitor.close()
    monitor = createMonitorServer({ transport, authorize: ({ action }) => action === 'watch' })
    monitor.attach(http.server)
    const run = openRun()
    const viewer = await watch('r1')
    await viewer.next(({ type }) => type === 'events')
    viewer.send({ type: 'cancel', ref: 2, run_id: 'r1' })

    expect(await viewer.next(({ ref }) => ref === 2)).toMatchObject({ type: 'error', code: 'not_found' })
    expect(run.signal.aborted).toBe(false)
  })
})

describe('the plain endpoint', () => {
  it('sends one event a frame, history first, and closes after the end', async () => {
    const run = openRun()
    run.custom('n', 1)
    await run.flushed()
    const viewer = await connect('/ws/chain/r1/', { protocol: null })
    await viewer.next(({ update_type }) => update_type === 'custom')
    run.complete({ ok: true })

    expect(await viewer.closed()).toMatchObject({ code: 1000 })
    expect(viewer.frames.map(({ update_type, seq, run_id }) => [update_type, seq, run_id])).toEqual([
      ['start', 1, 'r1'],
      ['custom', 2, 'r1'],
      ['complete', 3, 'r1'],
    ])
  })

  it('skips what its viewer knows', async () => {
    const run = openRun()
    run.complete()
    await run.flushed()
    const viewer = await connect('/ws/chain/r1/?after=1', { protocol: null })
    await viewer.closed()

    expect(viewer.frames.map(({ seq }) => seq)).toEqual([2])
  })

  it('tells of a cancelled run as an error, so that pages with four callbacks stop waiting', async () => {
    const run = openRun()
    run.cancel('user')
    await run.flushed()
    const viewer = await connect('/ws/chain/r1/', { protocol: null })
    await viewer.closed()

    expect(viewer.frames.at(-1)).toMatchObject({ update_type: 'error', status: 'error', code: 'cancelled' })
  })

  it('tells who may not see a run that there is none, and ends', async () => {
    const viewer = await connect('/ws/chain/a%7Db/', { protocol: null })

    expect((await viewer.closed()).code).toBe(1000)
    expect(viewer.frames).toHaveLength(1)
    expect(viewer.frames[0]).toMatchObject({ update_type: 'error', code: 'not_found' })
  })
})
