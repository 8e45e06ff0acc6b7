import { type FakeConnection, type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ChainMonitor, createMonitorClient, type MonitorClient } from '../src/index.js'

let server: FakeServer
let client: MonitorClient

beforeEach(async () => {
  // Waiting is not what is tested: whoever may come back comes back at once.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket })
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
})

const start = { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 }
const custom = (seq: number) => ({ update_type: 'custom', name: 'n', data: seq, seq, ts: 0 })
const complete = (seq: number) => ({ update_type: 'complete', status: 'completed', result: 'done', seq, ts: 0 })

function events(from: number, ...list: object[]) {
  return { type: 'events', run_id: 'r', epoch: '5', from, to: from + list.length - 1, events: list }
}

const limits = { max_frame_bytes: 16_384, max_subscriptions: 100 }
const welcome = { type: 'welcome', connection_id: 'fake', heartbeat_ms: 25_000, limits }

async function subscribed(connection: FakeConnection): Promise<{ ref: number; from?: object }> {
  const request = (await connection.next('subscribe')) as unknown as { ref: number; from?: object }
  connection.send({ type: 'subscribed', ref: request.ref, run_id: 'r', phase: 'open' })
  return request
}

describe('ProtocolSource', () => {
  it('says hello and subscribes in one go, without waiting for the welcome', async () => {
    client.monitor('r')
    const connection = await server.connection()
    expect(await connection.next('hello')).toEqual({ type: 'hello' })

    expect(await connection.next('subscribe')).toEqual({ type: 'subscribe', ref: 1, run_id: 'r' })
  })

  it.each([1001, 1006, 1011, 4500, 4502, 4999])('comes back after %i, from where it stood', async (code) => {
    const monitor = client.monitor('r')
    const first = await server.connection()
    first.welcome()
    await subscribed(first)
    first.send(events(1, start, custom(2)))
    if (code === 1006) first.cut()
    else first.close(code)
    const second = await server.connection()
    second.welcome()
    expect((await subscribed(second)).from).toEqual({ epoch: '5', seq: 2 })
    second.send(events(3, complete(3)))

    expect(await monitor.result).toBe('done')
  })

  it.each([1000, 1002, 1008, 4400, 4401, 4403, 4406, 4429, 4477])('does not come back after %i', async (code) => {
    const monitor = client.monitor('r')
    const errors: unknown[] = []
    monitor.onError((data) => errors.push(data.code))
    const connection = await server.connection()
    connection.close(code, 'go away')

    await expect(monitor.result).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('go away') })
    expect(monitor.getSnapshot()).toMatchObject({ status: 'error', connection: { state: 'refused' } })
    expect(errors).toEqual(['refused'])
    expect(server.connections).toHaveLength(1)
  })

  it('asks for a fresh token when the old one has expired, and says who it is again', async () => {
    const getToken = vi.fn(({ reason, runId }: { reason: string; runId?: string }) =>
      runId ? null : `token for ${reason}`,
    )
    const own = createMonitorClient({ url: server.url, WebSocket, getToken })
    own.monitor('r')
    const first = await server.connection()
    expect(await first.next('hello')).toEqual({ type: 'hello', token: 'token for connect' })
    first.welcome()
    await subscribed(first)
    first.close(4501)
    const second = await server.connection()

    expect(await second.next('hello')).toEqual({ type: 'hello', token: 'token for expired' })
    own.close()
  })

  it('brings a fresh token before the old one expires, by the clock of the server, and goes on', async () => {
    const tokens = ['first', 'second', null, 'third']
    const getToken = vi.fn(({ runId }: { reason: string; runId?: string }) => (runId ? null : tokens.shift()))
    const own = createMonitorClient({ url: server.url, WebSocket, getToken })
    const monitor = own.monitor('r')
    const connection = await server.connection()
    await subscribed(connection)
    connection.send({ ...welcome, server_time: 1_000, expires_at: 3_000 })
    connection.send(events(1, start))
    const auth = await connection.next('auth')
    expect(auth).toMatchObject({ token: 'second' })
    // Without a token nothing is sent; a refresh that fails is left to the server, which closes.
    connection.send({ type: 'auth_ok', ref: auth.ref, expires_at: 3_000 })
    const refreshes = () => getToken.mock.calls.filter(([{ reason }]) => reason === 'refresh').length
    await expect.poll(refreshes, { timeout: 4_000 }).toBe(2)
    connection.send(events(2, complete(2)))

    expect(await monitor.result).toBe('done')
    expect(connection.received.filter(({ type }) => type === 'auth')).toHaveLength(1)
    expect(server.connections).toHaveLength(1)
    own.close()
  })

  it('survives a refresh that fails', async () => {
    const getToken = vi.fn(({ reason }: { reason: string; runId?: string }) => {
      if (reason === 'refresh') throw new Error('session service down')
      return 'token'
    })
    const own = createMonitorClient({ url: server.url, WebSocket, getToken })
    own.monitor('r')
    const connection = await server.connection()
    connection.send({ ...welcome, server_time: Date.now(), expires_at: Date.now() })
    await expect.poll(() => getToken.mock.calls.at(-1)?.[0].reason, { timeout: 4_000 }).toBe('refresh')
    connection.close(4501)

    expect(await (await server.connection()).next('hello')).toMatchObject({ token: 'token' })
    own.close()
  })

  it('waits and tries again when getToken fails', async () => {
    let failures = 2
    const own = createMonitorClient({
      url: server.url,
      WebSocket,
      getToken: async () => {
        if (failures-- > 0) throw new Error('session service down')
        return 'at last'
      },
    })
    own.monitor('r')
    const connection = await server.connection()

    expect(await connection.next('hello')).toEqual({ type: 'hello', token: 'at last' })
    own.close()
  })

  it('asks again from where it stands when something is missing', async () => {
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    connection.send(events(1, start))
    connection.send(events(3, custom(3)))
    expect((await subscribed(connection)).from).toEqual({ epoch: '5', seq: 1 })
    connection.send(events(2, custom(2), custom(3), complete(4)))

    expect(await monitor.result).toBe('done')
  })

  it('ignores frames of a run until its newest request is answered', async () => {
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.welcome()
    const { ref } = await connection.next('subscribe')
    connection.send(events(1, complete(1)))
    connection.send({ type: 'subscribed', ref: Number(ref) + 7, run_id: 'r', phase: 'open' })
    connection.send(events(1, complete(1)))
    connection.send({ type: 'subscribed', ref, run_id: 'r', phase: 'open' })
    connection.send(events(1, start, { ...complete(2), result: 'the right one' }))

    expect(await monitor.result).toBe('the right one')
  })

  it('survives junk, unknown frames and frames of other runs', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    connection.send('no json')
    connection.send({ type: 'events', run_id: 'r' })
    connection.send({ type: 'from-tomorrow' })
    connection.send({ ...events(1, start), run_id: 'other' })
    connection.send(events(1, { ...complete(1), later: true }))

    expect(await monitor.result).toBe('done')
    expect(error).toHaveBeenCalledTimes(2)
  })

  it('lets nothing that a server sends throw into the page, nor change what is not its own', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const thrown = vi.fn()
    process.on('uncaughtException', thrown)
    const monitor = client.monitor('r')
    const reset = vi.fn()
    monitor.onReset(reset)
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    const types = [
      'constructor',
      '__proto__',
      'toString',
      'welcome',
      'subscribed',
      'goaway',
      'error',
      'cancel_answer',
      'status',
    ]
    const named = ['constructor', '__proto__', 'reset', 'event'].map((update_type, i) => ({ update_type, seq: i + 1 }))
    const odd = { update_type: 'token', channel: 'constructor', delta: 'x', at: 0, seq: 5, ts: 0 }
    for (const frame of ['null', '7', '"x"', '[]', '{}']) connection.send(frame)
    for (const type of types) connection.send({ type, run_id: 'r' })
    connection.send('{"__proto__":{"polluted":1},"type":"status","run_id":"r","state":"live"}')
    connection.send({ ...events(1), events: [null] })
    connection.send({ ...events(1), events: 'x' })
    connection.send(events(1, ...named, odd))
    connection.send(events(6, { update_type: 'token', seq: 6 }))
    connection.send(events(7, complete(7)))

    expect(await monitor.result).toBe('done')
    expect([reset.mock.calls.length, thrown.mock.calls.length]).toEqual([0, 0])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(error).toHaveBeenCalled()
    process.off('uncaughtException', thrown)
  })

  it('starts over on a reset, and tells so', async () => {
    const monitor = client.monitor('r')
    const seen: string[] = []
    monitor.onReset(({ reason }) => seen.push(`reset ${reason}`))
    const firstCame = new Promise<void>((resolve) => {
      monitor.onCustom(({ data }) => {
        seen.push(`custom ${data}`)
        resolve()
      })
    })
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    connection.send(events(1, start, custom(2)))
    await firstCame
    connection.send({ type: 'reset', run_id: 'r', reason: 'replaced' })
    connection.send({ ...events(1, start, custom(2), complete(3)), epoch: '6' })
    await monitor.result

    expect(seen).toEqual(['custom 2', 'reset replaced', 'custom 2'])
    expect(monitor.getSnapshot().epoch).toBe('6')
  })

  it('tells how the writer is, and that a run is lost', async () => {
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    const stalled = new Promise<void>((resolve) => monitor.subscribe(() => monitor.getSnapshot().stalled && resolve()))
    connection.send({ type: 'status', run_id: 'r', state: 'stalled' })
    await stalled
    const event = { update_type: 'error', status: 'error', error: 'gone', code: 'lost', ts: 1 }
    connection.send({ type: 'event', run_id: 'r', event })

    await expect(monitor.result).rejects.toMatchObject({ code: 'lost', message: 'gone' })
  })

  it('does not ask again for a run that has ended, and lets the connection go', async () => {
    const monitor = client.monitor('r')
    const connection = await server.connection()
    connection.welcome()
    await subscribed(connection)
    connection.send(events(1, complete(1)))
    connection.send({ type: 'end', run_id: 'r', epoch: '5', seq: 1 })
    await monitor.result
    const idle = new Promise<void>((resolve) => {
      const look = () => monitor.getSnapshot().connection.state === 'idle' && resolve()
      monitor.subscribe(look)
      look()
    })
    await idle
    const again = client.monitor('r')

    expect(await again.result).toBe('done')
    expect(server.connections).toHaveLength(1)
  })

  it('asks to cancel again after a reconnect, and gives the answer', async () => {
    const monitor = client.monitor('r')
    const cancelling = monitor.cancel('enough')
    const first = await server.connection()
    expect(await first.next('cancel')).toMatchObject({ run_id: 'r', reason: 'enough' })
    first.cut()
    const second = await server.connection()
    const { ref } = await second.next('cancel')
    second.send({ type: 'cancel_answer', ref, run_id: 'r', answer: 'accepted' })

    expect(await cancelling).toBe('accepted')
  })

  it.each([
    ['no_writer', 'no_writer'],
    ['timeout', 'timeout'],
    ['not_found', 'refused'],
    ['internal', 'refused'],
  ])('rejects a cancel that is answered %s with %s', async (code, expected) => {
    const cancelling = client.monitor('r').cancel()
    const connection = await server.connection()
    const { ref } = await connection.next('cancel')
    connection.send({ type: 'error', ref, run_id: 'r', code, message: 'no', retryable: false })

    await expect(cancelling).rejects.toMatchObject({ code: expected })
  })

  it('shows a run that the server will not have as refused, and others over the same connection as they are', async () => {
    const [refused, fine] = [client.monitor('r'), client.monitor('other')]
    const connection = await server.connection()
    const [first, second] = [await connection.next('subscribe'), await connection.next('subscribe')]
    connection.welcome()
    const error = { type: 'error', code: 'not_found', message: 'There is no such run.', retryable: false }
    connection.send({ ...error, ref: first.ref, run_id: 'r' })
    connection.send({ type: 'subscribed', ref: second.ref, run_id: 'other', phase: 'open' })
    await expect(refused.result).rejects.toMatchObject({ code: 'refused' })
    const shown = { state: 'refused', reason: 'There is no such run.', retryAt: null }
    expect([refused, fine].map((monitor) => monitor.getSnapshot().connection.state)).toEqual(['refused', 'open'])
    fine.close()
    connection.close(1012)
    await expect.poll(() => fine.getSnapshot().connection.state).toBe('closed')

    expect(refused.getSnapshot().connection).toMatchObject(shown)
  })

  it('is refused at once where there is no WebSocket, and does not throw', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const monitor = new ChainMonitor('r', { url: server.url })

    await expect(monitor.result).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('npm i ws'),
    })
    await expect(monitor.cancel()).rejects.toMatchObject({ code: 'refused' })
    expect(monitor.getSnapshot().connection).toMatchObject({ state: 'refused' })
    monitor.close()
    vi.unstubAllGlobals()
  })
})
