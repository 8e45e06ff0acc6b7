import type { IncomingMessage } from 'node:http'
import { memoryTransport, startRun } from '@llmmon/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Channels } from '../src/channels.js'
import { Gate } from '../src/gate.js'
import { allowAnyone, type MonitorServerOptions, resolveOptions } from '../src/options.js'
import { Session } from '../src/session.js'

const transport = memoryTransport()
let channels: Channels | undefined

afterEach(() => channels?.close())

function open(options: Partial<MonitorServerOptions> = {}, bufferedBytes = () => 0) {
  let now = 0
  const sent: { [field: string]: unknown }[] = []
  const closes: [number, string][] = []
  const resolved = resolveOptions({ transport, authorize: allowAnyone, ...options })
  channels = new Channels(resolved, () => now)
  const context = {
    connectionId: 'c',
    request: {} as IncomingMessage,
    options: resolved,
    gate: new Gate(resolved),
    channels,
    now: () => now,
  }
  const session = new Session(context, {
    get bufferedBytes() {
      return bufferedBytes()
    },
    send: (frame) => sent.push(JSON.parse(frame.toString())),
    pause: () => undefined,
    resume: () => undefined,
    close: (code, reason) => closes.push([code, reason]),
  })
  const receive = (frame: object) => session.receive(JSON.stringify(frame))
  return {
    session,
    sent,
    closes,
    receive,
    pass: (ms: number) => {
      now += ms
    },
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))
const hello = { type: 'hello' }
const subscribe = { type: 'subscribe', ref: 1, run_id: 'r' }

describe('Session', () => {
  it.each([
    ['hello', hello, [undefined, 4400, 4400]],
    ['subscribe', subscribe, [4400, undefined, undefined]],
    ['unsubscribe', { type: 'unsubscribe', ref: 1, run_id: 'r' }, [4400, undefined, undefined]],
    ['cancel', { type: 'cancel', ref: 1, run_id: 'r' }, [4400, undefined, undefined]],
    ['auth', { type: 'auth', ref: 1, token: 't' }, [4400, undefined, undefined]],
    ['ping', { type: 'ping', n: 1 }, [4400, undefined, undefined]],
    ['an unknown frame', { type: 'teleport' }, [undefined, undefined, undefined]],
  ])('takes %s before hello, while it asks who is there, and after', async (_, frame, codes) => {
    const outcomes = []
    for (const phase of ['hello', 'identifying', 'open']) {
      const { closes, receive } = open(
        phase === 'identifying' ? { authenticate: () => new Promise<never>(() => undefined) } : {},
      )
      if (phase !== 'hello') receive(hello)
      if (phase === 'open') await settle()
      receive(frame)
      outcomes.push(closes[0]?.[0])
    }

    expect(outcomes).toEqual(codes)
  })

  it('keeps requests that come before the welcome, and answers them behind it', async () => {
    const { sent, receive } = open()
    receive(hello)
    receive({ type: 'ping', n: 7 })
    await settle()

    expect(sent.map(({ type }) => type)).toEqual(['welcome', 'pong'])
  })

  it('closes who is not accepted, who is late, and who asks too much too early', async () => {
    const refused = open({ authenticate: () => null })
    refused.receive(hello)
    await settle()
    const late = open()
    late.pass(10_001)
    late.session.tick()
    const eager = open({ authenticate: () => new Promise<never>(() => undefined), limits: { framesPerSecond: 50 } })
    eager.receive(hello)
    for (let i = 0; i < 300; i += 1) eager.receive({ type: 'ping', n: i })

    expect([refused.closes[0]?.[0], late.closes[0]?.[0], eager.closes[0]?.[0]]).toEqual([4401, 4504, 4503])
  })

  it('asks again who may watch what, when the token changes', async () => {
    startRun({ name: 'c', transport, runId: 'changing' })
    const { sent, receive, session } = open({
      authenticate: (_, { token }) => token,
      authorize: ({ principal }) => principal === 'good',
    })
    receive({ type: 'hello', token: 'good' })
    receive({ type: 'subscribe', ref: 1, run_id: 'changing' })
    await settle()
    await settle()
    expect(session.size).toBe(1)
    receive({ type: 'auth', ref: 2, token: 'bad' })
    await settle()
    await settle()

    expect(sent.slice(-2)).toMatchObject([
      { type: 'auth_ok', ref: 2 },
      { type: 'error', code: 'not_found', ref: 1 },
    ])
    expect(session.size).toBe(0)
  })

  it('asks again with the run token that a subscription came with', async () => {
    const { sent, receive, session } = open({
      authenticate: (_, { token }) => token,
      authorize: ({ token }) => token === 'for this run',
    })
    receive({ type: 'hello', token: 'old' })
    receive({ ...subscribe, token: 'for this run' })
    await settle()
    await settle()
    receive({ type: 'auth', ref: 2, token: 'new' })
    await settle()
    await settle()

    expect(sent.at(-1)).toMatchObject({ type: 'auth_ok', ref: 2 })
    expect(session.size).toBe(1)
    session.gone()
  })

  it('leaves nothing behind when its connection goes while it is being asked', async () => {
    let answer: (allowed: boolean) => void = () => undefined
    const { session, sent, receive } = open({
      authorize: () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    })
    receive(hello)
    await settle()
    receive(subscribe)
    session.gone()
    answer(true)
    await settle()

    expect([session.size, channels?.size]).toEqual([0, 0])
    expect(sent.map(({ type }) => type)).toEqual(['welcome'])
  })

  it('looks at its runs again when there is room, only if one of them was refused it', async () => {
    const run = startRun({ name: 'c', transport, runId: 'busy' })
    let bufferedBytes = 0
    const { session, sent, receive } = open({}, () => bufferedBytes)
    receive(hello)
    receive({ ...subscribe, run_id: 'busy' })
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ type: 'events', to: 1 }))
    bufferedBytes = 262_144
    run.custom('n')
    await run.flushed()
    session.drained()
    expect(sent.at(-1)).toMatchObject({ to: 1 })
    bufferedBytes = 0
    session.drained()

    expect(sent.at(-1)).toMatchObject({ to: 2 })
    session.gone()
  })

  it('answers a cancel that fails inside as something to try again', async () => {
    const broken = { ...transport, command: () => Promise.reject(new Error('store down')) }
    const warn = vi.fn()
    const noop = () => undefined
    const { sent, receive } = open({ transport: broken, logger: { debug: noop, info: noop, warn, error: noop } })
    receive(hello)
    receive({ type: 'cancel', ref: 3, run_id: 'r' })
    await settle()
    await settle()

    expect(sent.at(-1)).toMatchObject({ type: 'error', ref: 3, code: 'internal', retryable: true })
    expect(JSON.stringify(sent)).not.toContain('store down')
    expect(warn).toHaveBeenCalledTimes(1)
  })
})
