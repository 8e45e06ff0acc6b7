import { type MemoryTransport, memoryTransport, reserveRun, startRun } from '@llmmon/core'
import { type Listening, listen, type RawFrame, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMonitorServer, type MonitorServer } from '../src/index.js'

// What tenant A learns of a run of tenant B, however it asks, is what it learns of one that is not there.

const soonestMs = 100
const states = ['nowhere', 'reserved', 'open', 'ended', 'stalled'] as const
let transport: MemoryTransport
let http: Listening
let monitor: MonitorServer
let viewer: RawViewer

beforeEach(async () => {
  transport = memoryTransport()
  http = await listen()
  monitor = createMonitorServer<string>({
    transport,
    authenticate: (request, { token }) => token ?? request.headers.authorization,
    authorize: async ({ principal, run }) => (await run())?.metadata.tenant === principal,
    limits: { maxSubscriptions: 3 },
  })
  monitor.attach(http.server)
  const metadata = { tenant: 'b' }
  await reserveRun({ transport, runId: 'reserved', metadata, ttlMs: 60_000 })
  startRun({ name: 'secret chain', transport, runId: 'open', metadata }).custom('n', 'secret')
  const ended = startRun({ name: 'secret chain', transport, runId: 'ended', metadata })
  ended.fail(new Error('secret'))
  await ended.flushed()
  await transport.claim({ runId: 'stalled', owner: 'o', hostId: 'h', mode: 'new', chain: 'c', metadata, tags: [] })
  viewer = await rawViewer(`${http.wsUrl}/ws`)
  viewer.send({ type: 'hello', token: 'a' })
  await viewer.next()
})

afterEach(async () => {
  viewer.ws.terminate()
  await monitor.close()
  await transport.close()
  await http.close()
})

/** Frames as bytes, but for the id that was asked for. */
function bytes(frames: readonly RawFrame[], runId: string): string {
  return JSON.stringify(frames)
    .replaceAll(JSON.stringify(runId), '"…"')
    .replaceAll(/"ts":\d+/g, '"ts":0')
}

async function learns(ask: (runId: string) => Promise<readonly RawFrame[]>): Promise<void> {
  const learned = []
  for (const state of states) {
    const since = performance.now()
    const frames = await ask(state)
    expect(performance.now() - since).toBeGreaterThanOrEqual(soonestMs)
    learned.push(bytes(frames, state))
  }

  expect(learned[0]).toContain('not_found')
  expect(new Set(learned).size).toBe(1)
}

const isError = ({ type }: RawFrame) => type === 'error'

describe('a tenant', () => {
  it('learns nothing by watching, from the beginning or from any position', async () => {
    for (const from of [undefined, { epoch: '5', seq: 1 }]) {
      await learns((run_id) => {
        viewer.send({ type: 'subscribe', ref: 1, run_id, from })
        return viewer.until(isError)
      })
    }
  })

  it('learns nothing by cancelling, and stops nobody', async () => {
    await learns((run_id) => {
      viewer.send({ type: 'cancel', ref: 1, run_id, reason: 'x' })
      return viewer.until(isError)
    })
    expect((await transport.inspect('reserved'))?.state).toBe('reserved')
    expect(JSON.stringify(await transport.read('open'))).not.toContain('cancel')
  })

  it('learns nothing by asking twice at once, or by asking for more than it may', async () => {
    const learned = []
    for (const state of states) {
      viewer.send({ type: 'subscribe', ref: 1, run_id: state })
      for (const ref of [2, 3, 4, 5]) viewer.send({ type: 'subscribe', ref, run_id: `${state}-${ref}` })
      viewer.send({ type: 'subscribe', ref: 6, run_id: state })
      viewer.send({ type: 'unsubscribe', ref: 7, run_id: state })
      viewer.send({ type: 'cancel', ref: 8, run_id: state })
      learned.push(bytes(await viewer.until(({ ref }) => ref === 8), state).replaceAll(state, '…'))
    }

    expect(new Set(learned).size).toBe(1)
  })

  it('learns nothing at the plain endpoint', async () => {
    const options = { protocol: null, headers: { authorization: 'a' } }
    await learns(async (runId) => {
      const plain = await rawViewer(`${http.wsUrl}/ws/chain/${runId}/?after=1`, options)
      const { code, reason } = await plain.closed()
      return [...plain.frames, { code, reason }]
    })
  })

  it('leaves no trace on the server by asking', async () => {
    for (const run_id of states) viewer.send({ type: 'subscribe', ref: 1, run_id })
    await viewer.until(isError)

    expect(monitor.stats.channels).toBe(0)
  })

  it('sees its own run, by the same rule', async () => {
    startRun({ name: 'c', transport, runId: 'mine', metadata: { tenant: 'a' } })
    viewer.send({ type: 'subscribe', ref: 1, run_id: 'mine' })

    expect(await viewer.next()).toMatchObject({ type: 'subscribed' })
  })
})
