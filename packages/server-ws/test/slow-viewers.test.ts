import { once } from 'node:events'
import type { Socket } from 'node:net'
import { decodeBatch, foldBatch, initialRunState, memoryTransport, type RunEvent, startRun } from '@llmmon/core'
import { type Listening, listen, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allowAnyone, createMonitorServer, type MonitorServer, type ServerLimits } from '../src/index.js'

let http: Listening
let monitor: MonitorServer
let transport = memoryTransport()

beforeEach(async () => {
  http = await listen()
  transport = memoryTransport()
})

afterEach(async () => {
  await monitor.close()
  await transport.close()
  await http.close()
})

function serve(limits: ServerLimits = {}): void {
  monitor = createMonitorServer({ transport, authorize: allowAnyone, limits })
  monitor.attach(http.server)
}

async function watch(from?: { epoch: string; seq: number }): Promise<RawViewer> {
  const viewer = await rawViewer(`${http.wsUrl}/ws`)
  viewer.send({ type: 'hello' })
  viewer.send({ type: 'subscribe', ref: 1, run_id: 'r', ...(from && { from }) })
  return viewer
}

/** What a viewer that follows the rules of PROTOCOL.md has folded, from a position on. */
function folded(frames: RawViewer['frames'], known: readonly RunEvent[] = []) {
  let state = foldBatch(initialRunState('r'), known)
  for (const frame of frames) {
    if (frame.type !== 'events') continue
    const batch = decodeBatch(JSON.stringify(frame))
    expect(batch.from).toBeLessThanOrEqual(state.seq + 1)
    state = foldBatch(
      state,
      batch.events.filter(({ seq }) => seq > state.seq),
    )
  }
  return state
}

const isEnd = ({ type }: { readonly type?: unknown }) => type === 'end'

describe('a viewer that stops reading', () => {
  it('is let go in time, holds up nobody, and can go on from where it stood', async () => {
    serve({ stallTimeoutMs: 1_000, maxBufferedBytes: 65_536 })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const fast = await watch()
    const connected = once(http.server, 'connection')
    const slow = await watch()
    const [socket] = (await connected) as [Socket]
    const gone = once(socket, 'close')
    await fast.next(({ type }) => type === 'events')
    await slow.next(({ type }) => type === 'events')
    slow.ws.pause()
    for (let i = 0; i < 200; i += 1) {
      run.custom('n', 'x'.repeat(60_000))
      await run.flushed()
    }
    run.complete('done')
    const frames = await fast.until(isEnd)
    expect(frames.length).toBeGreaterThan(50)
    await gone
    slow.ws.resume()
    expect([1006, 4502]).toContain((await slow.closed()).code)
    expect(monitor.stats.connections).toBe(1)
    const before = folded(slow.frames)
    const epoch = String(slow.frames.find(({ type }) => type === 'events')?.epoch)
    expect(before.seq).toBeLessThan(202)
    const again = await watch({ epoch, seq: before.seq })
    const rest = await again.until(isEnd)
    const seqs = rest.flatMap((frame) => (frame.type === 'events' ? decodeBatch(JSON.stringify(frame)).events : []))

    expect(seqs.map(({ seq }) => seq).filter((seq) => seq > before.seq)).toEqual(
      Array.from({ length: 202 - before.seq }, (_, i) => before.seq + 1 + i),
    )
  }, 20_000)

  it('gets what it missed, compacted, when it reads again in time', async () => {
    serve({ maxBufferedBytes: 65_536 })
    const run = startRun({ name: 'c', transport, runId: 'r' })
    const slow = await watch()
    await slow.next(({ type }) => type === 'events')
    slow.ws.pause()
    run.custom('fill', 'x'.repeat(60_000))
    for (let i = 0; i < 150; i += 1) {
      run.token('ab'.repeat(20_000))
      await run.flushed()
    }
    run.complete('done')
    await run.flushed()
    slow.ws.resume()
    await slow.until(isEnd)
    const state = folded(slow.frames)

    expect(state.text).toBe('ab'.repeat(3_000_000))
    expect(state.status).toBe('completed')
  }, 20_000)
})

describe('a viewer that comes back', () => {
  it('goes on at every position, also inside tokens that have been merged', async () => {
    serve()
    const run = startRun({ name: 'c', transport, runId: 'r' })
    for (let i = 0; i < 40; i += 1) {
      run.token(`<${i}>`)
      if (i === 20) run.custom('middle')
      await run.flushed()
    }
    run.complete('done')
    await run.flushed()
    const stored = await transport.read('r')
    const raw = (stored?.batches ?? []).flatMap(({ text }) => decodeBatch(text).events)
    const epoch = stored?.info.epoch ?? ''
    const whole = foldBatch(initialRunState('r'), raw)
    const client = await rawViewer(`${http.wsUrl}/ws`)
    client.send({ type: 'hello' })
    await client.next()
    for (let seq = 1; seq <= whole.seq; seq += 1) {
      client.send({ type: 'subscribe', ref: seq, run_id: 'r', from: { epoch, seq } })
      const frames = await client.until(isEnd)
      const known = raw.filter((event) => event.seq <= seq)
      expect(folded(frames, known)).toEqual(whole)
    }
  })
})
