import type { IncomingMessage } from 'node:http'
import { memoryTransport, reserveRun, startRun } from '@llmmon/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Channels } from '../src/channels.js'
import { expiring } from '../src/expiring.js'
import { Gate } from '../src/gate.js'
import { allowAnyone, type MonitorServerOptions, resolveOptions } from '../src/options.js'
import { Seats } from '../src/seats.js'
import { type Arrival, Session, type SessionContext } from '../src/session.js'

const transport = memoryTransport()
let channels: Channels | undefined

afterEach(() => channels?.close())

function open(
  options: Partial<MonitorServerOptions> = {},
  own: Partial<SessionContext & Arrival> = {},
  bufferedBytes = () => 0,
) {
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
    identity: undefined,
    seats: new Seats(resolved.limits.maxConnectionsPerPrincipal),
    identified: vi.fn(),
    ...own,
  }
  const session = new Session(context, context, {
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
    context,
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
    ['an unknown frame', { type: 'teleport' }, [4400, undefined, undefined]],
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

  it('tells who brings a token that is not accepted so, by its ref, before it closes', async () => {
    const { sent, closes, receive } = open({ authenticate: (_, { token }) => (token === 'bad' ? null : 'u') })
    receive(hello)
    await settle()
    receive({ type: 'auth', ref: 3, token: 'bad' })
    await settle()

    expect(sent.at(-1)).toMatchObject({ type: 'error', ref: 3, code: 'unauthenticated' })
    expect(closes).toEqual([[4401, 'the credentials were not accepted']])
  })

  it('ends a connection that watches nothing for long, and none that does', async () => {
    startRun({ name: 'c', transport, runId: 'idle' })
    const { session, context, closes, receive, pass } = open({ limits: { idleTimeoutMs: 1_000 } })
    receive(hello)
    await settle()
    receive({ type: 'subscribe', ref: 1, run_id: 'idle' })
    await settle()
    pass(5_000)
    session.tick(context.now())
    expect(closes).toEqual([])
    receive({ type: 'unsubscribe', ref: 2, run_id: 'idle' })
    pass(1_001)
    session.tick(context.now())

    expect(closes).toEqual([[1000, 'nothing was watched']])
  })

  it('says when it is to be looked at again, and asks for no more than that', async () => {
    const hour = 3_600_000
    vi.useFakeTimers({ now: 0, toFake: ['Date'] })
    const { session, receive, pass } = open({
      limits: { helloTimeoutMs: 10_000, idleTimeoutMs: 60_000 },
      authenticate: () => expiring('u', new Date(hour)),
    })
    startRun({ name: 'c', transport, runId: 'quiet' })
    expect(session.tick(0)).toBe(10_000)
    receive(hello)
    await settle()
    // As long as something is left of what was sent.
    expect(session.tick(0)).toBe(0)
    pass(5_000)
    expect(session.tick(5_000)).toBe(60_000)
    receive({ type: 'subscribe', ref: 1, run_id: 'quiet' })
    await settle()
    pass(5_000)
    expect(session.tick(10_000)).toBe(10_000 + hour)
    receive({ type: 'unsubscribe', ref: 2, run_id: 'quiet' })
    pass(5_000)
    expect(session.tick(15_000)).toBe(70_000)
    vi.useRealTimers()
    session.gone()
  })

  it('keeps the request of a connection only where a fresh token is looked at beside it', async () => {
    const seen: unknown[] = []
    const authenticate = (request: unknown) => {
      seen.push(request)
      return 'u'
    }
    const { receive, context } = open({ authenticate })
    receive(hello)
    await settle()
    receive({ type: 'auth', ref: 1, token: 't' })
    await settle()
    expect(seen).toEqual([context.request, context.request])
    const anonymous = open()
    anonymous.receive(hello)
    await settle()
    anonymous.receive({ type: 'auth', ref: 1, token: 't' })
    await settle()

    expect(anonymous.sent.map(({ type }) => type)).toEqual(['welcome', 'auth_ok'])
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
    late.session.tick(late.context.now())
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

  it('tells when the token ends, is closed then, and takes nothing in between the end and the close', async () => {
    vi.useFakeTimers({ now: 1_000, toFake: ['Date'] })
    const authenticate = () => expiring('u', new Date(5_000))
    const ticked = open({ authenticate })
    const eager = open({ authenticate })
    for (const { receive } of [ticked, eager]) receive(hello)
    await settle()
    expect(ticked.sent[0]).toMatchObject({ type: 'welcome', expires_at: 5_000 })
    vi.setSystemTime(4_999)
    ticked.session.tick(ticked.context.now())
    expect(ticked.closes).toEqual([])
    vi.setSystemTime(5_000)
    ticked.session.tick(ticked.context.now())
    eager.receive(subscribe)
    vi.useRealTimers()

    expect([ticked.closes[0]?.[0], eager.closes[0]?.[0]]).toEqual([4501, 4501])
    expect(eager.sent).toHaveLength(1)
  })

  it('goes on past the end of a token with a fresh one, and loses no event', async () => {
    vi.useFakeTimers({ now: 1_000, toFake: ['Date'] })
    const run = startRun({ name: 'c', transport, runId: 'refreshed' })
    const { session, context, sent, closes, receive } = open({
      authenticate: (_, { token }) => expiring('u', new Date(token === 'old' ? 5_000 : 9_000)),
    })
    receive({ type: 'hello', token: 'old' })
    receive({ ...subscribe, run_id: 'refreshed' })
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ type: 'events', to: 1 }))
    run.custom('n', 1)
    receive({ type: 'auth', ref: 2, token: 'new' })
    run.custom('n', 2)
    await run.flushed()
    await settle()
    vi.setSystemTime(6_000)
    session.tick(context.now())
    run.complete()
    await run.flushed()
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ type: 'end', seq: 4 }))
    vi.setSystemTime(9_000)
    session.tick(context.now())
    vi.useRealTimers()

    expect(sent).toContainEqual({ type: 'auth_ok', ref: 2, expires_at: 9_000 })
    const seqs = sent.flatMap(({ events }) => ((events as { seq: number }[]) ?? []).map(({ seq }) => seq))
    expect(seqs).toEqual([1, 2, 3, 4])
    expect(closes.map(([code]) => code)).toEqual([4501])
  })

  it('goes by the token that came last, however long each is checked', async () => {
    const checks = new Map<string, () => void>()
    const { sent, receive, session } = open({
      authenticate: (_, { token = '' }) =>
        token === 'first' ? 'first' : new Promise<string>((resolve) => checks.set(token, () => resolve(token))),
    })
    receive({ type: 'hello', token: 'first' })
    await settle()
    receive({ type: 'auth', ref: 1, token: 'second' })
    receive({ type: 'auth', ref: 2, token: 'third' })
    await settle()
    checks.get('third')?.()
    await settle()
    checks.get('second')?.()
    await settle()

    expect(sent.slice(1).map(({ type, ref }) => [type, ref])).toEqual([
      ['auth_ok', 2],
      ['auth_ok', 1],
    ])
    expect(session.identity?.principal).toBe('third')
  })

  it('asks anew where the principal changes while it is asked about a run', async () => {
    startRun({ name: 'c', transport, runId: 'asked' })
    const asked: [unknown, (isAllowed: boolean) => void][] = []
    const { sent, receive } = open({
      authenticate: (_, { token }) => token,
      authorize: ({ principal }) => new Promise((resolve) => asked.push([principal, resolve])),
    })
    receive({ type: 'hello', token: 'old' })
    await settle()
    receive({ ...subscribe, run_id: 'asked' })
    receive({ type: 'auth', ref: 2, token: 'new' })
    await settle()
    asked[0]?.[1](true)
    await settle()
    expect(asked.map(([principal]) => principal)).toEqual(['old', 'new', 'new'])
    for (const [, answer] of asked) answer(false)
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ type: 'error', code: 'not_found' }))

    expect(sent.map(({ type }) => type)).toEqual(['welcome', 'auth_ok', 'error'])
  })

  it('is closed when its token is refreshed to nobody, or to somebody with too many connections', async () => {
    const seats = new Seats(1)
    seats.take('crowded')
    const closed = []
    for (const token of ['nobody', 'crowded']) {
      const { receive, closes } = open(
        { authenticate: (_, { token }) => (token === 'nobody' ? null : token) },
        { seats },
      )
      receive({ type: 'hello', token: 'fine' })
      await settle()
      receive({ type: 'auth', ref: 1, token })
      await settle()
      closed.push(closes[0]?.[0])
    }

    expect(closed).toEqual([4401, 4429])
    expect(seats.taken('fine')).toBe(0)
  })

  it('is who its upgrade request said, unless its first frame says more', async () => {
    const authenticate = vi.fn((_: unknown, { token }: { token: string | undefined }) => token)
    const identity = { principal: 'by header', key: undefined, expiresAt: undefined, audience: '' }
    const known = open({ authenticate }, { identity })
    known.receive(hello)
    const told = open({ authenticate }, { identity })
    told.receive({ type: 'hello', token: 'by token' })
    await settle()

    expect([known.session.identity?.principal, told.session.identity?.principal]).toEqual(['by header', 'by token'])
    expect(authenticate).toHaveBeenCalledTimes(1)
    expect(known.context.identified).toHaveBeenCalledTimes(1)
  })

  it('ends the run that was revoked, and only that', async () => {
    startRun({ name: 'c', transport, runId: 'revoked' })
    const { session, sent, receive } = open()
    receive(hello)
    receive({ ...subscribe, run_id: 'revoked' })
    receive({ ...subscribe, ref: 2, run_id: 'kept' })
    await vi.waitFor(() => expect(session.size).toBe(2))
    session.endRun('unknown')
    session.endRun('revoked')

    expect(sent.at(-1)).toMatchObject({ type: 'error', ref: 1, run_id: 'revoked', code: 'not_found' })
    expect(session.size).toBe(1)
    session.gone()
  })

  it('waits for so many runs that are not there, and for any number that are', async () => {
    const { session, sent, receive } = open({ limits: { maxPending: 2 } })
    receive(hello)
    for (const ref of [1, 2, 3]) {
      receive({ ...subscribe, ref, run_id: `missing-${ref}` })
      await settle()
      await settle()
    }
    await reserveRun({ transport, runId: 'reserved' })
    receive({ ...subscribe, ref: 4, run_id: 'reserved' })
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ type: 'subscribed', ref: 4 }))

    expect(sent.filter(({ type }) => type === 'error')).toMatchObject([{ code: 'limit', ref: 3 }])
    expect(session.size).toBe(3)
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
    const { session, sent, receive } = open({}, {}, () => bufferedBytes)
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
