import { type MemoryTransport, memoryTransport, type RunEvent, startRun } from '@llmmon/core'
import { type Listening, listen, type RawFrame, type RawViewer, rawViewer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMonitorServer, type MonitorServer } from '../src/index.js'

const secret = 'the secret prompt'
const hidden = vi.fn((event: RunEvent, audience: string) => {
  if (audience === 'staff') return event
  if (event.update_type === 'progress') return event
  return event.update_type === 'step' ? { ...event, step_name: 'a step', intermediate_result: null } : null
})
let transport: MemoryTransport
let http: Listening
let monitor: MonitorServer
let viewers: RawViewer[]

beforeEach(async () => {
  hidden.mockClear()
  viewers = []
  transport = memoryTransport()
  http = await listen()
  monitor = createMonitorServer<string>({
    transport,
    authorize: () => true,
    authenticate: (request, { token }) => token ?? request.headers.authorization,
    principalKey: () => undefined,
    audience: (principal) => (principal.startsWith('staff') ? 'staff' : 'guest'),
    view: hidden,
  })
  monitor.attach(http.server)
})

afterEach(async () => {
  for (const viewer of viewers) viewer.ws.terminate()
  await monitor.close()
  await transport.close()
  await http.close()
})

async function watch(token: string, from?: object): Promise<RawViewer> {
  const viewer = await rawViewer(`${http.wsUrl}/ws`)
  viewers.push(viewer)
  viewer.send({ type: 'hello', token })
  viewer.send({ type: 'subscribe', ref: 1, run_id: 'r', from })
  await viewer.next(({ type }) => type === 'subscribed')
  return viewer
}

function record() {
  return startRun({ name: 'c', transport, runId: 'r', metadata: { prompt: secret } })
}

async function speak(run: ReturnType<typeof record>): Promise<void> {
  await run.step(`ask ${secret}`, async (step) => {
    for (let i = 0; i < 20; i += 1) {
      step.token(secret)
      if (i % 5 === 0) await run.flushed()
    }
    run.progress(50)
    return secret
  })
  run.custom('n', secret)
  await run.flushed()
}

const isEnd = (frame: RawFrame) => frame.type === 'end'
const eventsOf = (viewer: RawViewer) => viewer.frames.flatMap((frame) => (frame.events ?? []) as RunEvent[])
const typesOf = (viewer: RawViewer) => new Set(eventsOf(viewer).map(({ update_type }) => update_type as string))

describe('a view', () => {
  it('shows each class of viewers its own, live, late and on the plain endpoint; all come to the same end', async () => {
    const run = record()
    const live = [await watch('guest'), await watch('staff'), await watch('guest 2')] as const
    await speak(run)
    const late = [await watch('guest 3'), await watch('staff 2')] as const
    run.complete({ answer: secret })
    await Promise.all([...live, ...late].map((viewer) => viewer.until(isEnd)))
    const plain = await rawViewer(`${http.wsUrl}/ws/chain/r/`, { protocol: null, headers: { authorization: 'guest' } })
    await plain.closed()

    for (const guest of [live[0], live[2], late[0]]) {
      expect(JSON.stringify(guest.frames)).not.toContain(secret)
      expect(typesOf(guest)).toEqual(new Set(['start', 'progress', 'step', 'complete', 'withheld']))
    }
    for (const staff of [live[1], late[1]]) expect(JSON.stringify(staff.frames)).toContain(secret)
    expect(new Set([...live, ...late].map(({ frames }) => frames.at(-1)?.seq)).size).toBe(1)
    expect(plain.frames.map(({ update_type }) => update_type)).toEqual(['start', 'progress', 'step', 'complete'])
    expect(JSON.stringify(plain.frames)).not.toContain(secret)
  })

  it('is asked once for each event and audience, however many watch', async () => {
    const run = record()
    const guests = await Promise.all(Array.from({ length: 20 }, (_, i) => watch(`guest ${i}`)))
    for (let i = 0; i < 10; i += 1) {
      run.custom('n', i)
      await run.flushed()
    }
    run.complete()
    await Promise.all(guests.map((viewer) => viewer.until(isEnd)))

    expect(hidden.mock.calls.map(([{ seq }]) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    const bytes = guests.map(({ frames }) => JSON.stringify(frames.filter(({ type }) => type === 'events')))
    expect(new Set(bytes).size).toBe(1)
  })

  it('lets a viewer resume at every position, as numbers are the same for all', async () => {
    const run = record()
    await speak(run)
    run.complete()
    await run.flushed()
    const { epoch, last } = (await transport.inspect('r')) as { epoch: string; last: number }
    for (let seq = 1; seq < last; seq += 3) {
      const viewer = await watch('guest', { epoch, seq })
      await viewer.until(isEnd)
      const batches = viewer.frames.filter(({ type }) => type === 'events') as unknown as { from: number; to: number }[]
      let position = seq
      for (const { from, to } of batches) {
        expect(from).toBeLessThanOrEqual(position + 1)
        position = to
      }
      expect(position).toBe(last)
    }
  })

  it('follows the principal: a fresh token of another class starts the history over, with nothing of the old class behind it', async () => {
    const run = record()
    const viewer = await watch('staff')
    await speak(run)
    await viewer.next((frame) => JSON.stringify(frame).includes(secret))
    viewer.send({ type: 'auth', ref: 2, token: 'guest' })
    await viewer.next(({ type }) => type === 'auth_ok')
    run.custom('n', secret)
    run.complete()
    await viewer.until(isEnd)
    const after = viewer.frames.slice(viewer.frames.findIndex(({ type }) => type === 'auth_ok') + 1)

    expect(after[0]).toEqual({ type: 'reset', run_id: 'r', reason: 'audience' })
    expect(after[1]).toMatchObject({ type: 'events', from: 1 })
    expect(JSON.stringify(after)).not.toContain(secret)
  })
})
