import { type FakeConnection, type FakeServer, fakeServer } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { ChainMonitor, createMonitorClient, type MonitorClient } from '../src/index.js'

let server: FakeServer
let client: MonitorClient

beforeEach(async () => {
  server = await fakeServer()
  client = createMonitorClient({ url: server.url, WebSocket })
})

afterEach(async () => {
  client.close()
  await server.close()
  vi.restoreAllMocks()
})

const events = [
  { update_type: 'start', status: 'started', metadata: {}, seq: 1, ts: 0 },
  { update_type: 'step_start', step_id: 's', step_name: 'one', seq: 2, ts: 0 },
  { update_type: 'token', step_id: 's', channel: 'text', delta: 'hi', at: 0, seq: 3, ts: 0 },
  { update_type: 'progress', progress_percentage: 10, message: 'x', seq: 4, ts: 0 },
  { update_type: 'custom', name: 'n', data: 1, seq: 5, ts: 0 },
  {
    update_type: 'step',
    step_id: 's',
    step_name: 'one',
    progress_percentage: 50,
    intermediate_result: 'r',
    seq: 6,
    ts: 0,
  },
]
const complete = { update_type: 'complete', status: 'completed', result: 'done', seq: 7, ts: 0 }
const cancelled = { update_type: 'cancelled', status: 'cancelled', reason: 'user', seq: 7, ts: 0 }

async function serve(list: readonly object[], runId = 'r'): Promise<FakeConnection> {
  const connection = await server.connection()
  connection.welcome()
  const { ref } = await connection.next('subscribe')
  connection.send({ type: 'subscribed', ref, run_id: runId, phase: 'open' })
  connection.send({ type: 'events', run_id: runId, epoch: '5', from: 1, to: list.length, events: list })
  return connection
}

describe('ChainMonitor', () => {
  it('calls each kind of handler with its events, attached by method, by assignment or at once', async () => {
    const onStart = vi.fn()
    const monitor = client.monitor('r', { onStart })
    const seen: string[] = []
    monitor.onStepStart(() => seen.push('stepStart'))
    monitor.onStep = (data) => seen.push(`step ${data.step_name}`)
    monitor.onToken((data) => seen.push(`token ${data.delta}`))
    monitor.onProgress(() => seen.push('progress'))
    monitor.onCustom(() => seen.push('custom'))
    monitor.onComplete = () => seen.push('not this one')
    monitor.onComplete = (data) => seen.push(`complete ${data.result}`)
    const all = vi.fn()
    monitor.onEvent(all)
    await serve([...events, complete])
    await monitor.result

    expect(onStart).toHaveBeenCalledTimes(1)
    expect(seen).toEqual(['stepStart', 'token hi', 'progress', 'custom', 'step one', 'complete done'])
    expect(all).toHaveBeenCalledTimes(7)
  })

  it('takes a handler off, twice without harm, also from inside one', async () => {
    const monitor = client.monitor('r')
    const gone = vi.fn()
    const off = monitor.onCustom(gone)
    const once = vi.fn(() => offSelf())
    const offSelf = monitor.onEvent(once)
    off()
    off()
    await serve([...events, complete])
    await monitor.result

    expect(gone).not.toHaveBeenCalled()
    expect(once).toHaveBeenCalledTimes(1)
  })

  it('does not let a handler that throws stop the others, or the run', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const monitor = client.monitor('r')
    const other = vi.fn()
    monitor.onEvent(() => {
      throw new Error('mine')
    })
    monitor.onEvent(other)
    await serve([...events, complete])
    await monitor.result

    expect(other).toHaveBeenCalledTimes(7)
    expect(error).toHaveBeenCalledTimes(1)
  })

  it('tells a cancelled run to onError where nobody listens for cancelled, and only there', async () => {
    const seed = client.monitor('r')
    const modern = client.monitor('r')
    const seen: unknown[] = []
    seed.onError((data) => seen.push(['seed', data.status, data.code, data.error]))
    modern.onError(() => seen.push('wrong'))
    modern.onCancelled((data) => seen.push(['modern', data.reason]))
    await serve([...events, cancelled])

    await expect(seed.result).rejects.toMatchObject({ code: 'cancelled' })
    expect(seen).toEqual([
      ['seed', 'error', 'cancelled', 'user'],
      ['modern', 'user'],
    ])
  })

  it('tells late handlers of what has happened, once, and not when they have left', async () => {
    const monitor = client.monitor('r')
    await serve([...events, complete])
    await monitor.result
    const start = vi.fn()
    const end = vi.fn()
    const gone = vi.fn()
    const step = vi.fn()
    monitor.onStart(start)
    monitor.onComplete(end)
    monitor.onComplete(gone)()
    monitor.onStep(step)
    await Promise.resolve()

    expect([start, end, gone, step].map((fn) => fn.mock.calls.length)).toEqual([1, 1, 0, 0])
  })

  it('plays the run to each monitor from its first event, over one subscription', async () => {
    const first = client.monitor('r')
    const connection = await serve([...events, complete])
    await first.result
    const second = client.monitor('r')
    const seen: number[] = []
    second.onEvent(({ seq }) => seen.push(seq))
    expect(await second.result).toBe('done')

    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(connection.received.filter(({ type }) => type === 'subscribe')).toHaveLength(1)
  })

  it('lingers after the last monitor, so that a page drawn anew finds the run warm', async () => {
    client.monitor('r').close()
    const again = client.monitor('r')
    const connection = await serve([...events, complete])

    expect(await again.result).toBe('done')
    expect(connection.received.filter(({ type }) => type === 'subscribe' || type === 'unsubscribe')).toHaveLength(1)
  })

  it('closes once and for all: the result rejects, handlers are silent, the snapshot stays', async () => {
    const monitor = client.monitor('r')
    const late = vi.fn()
    await serve(events)
    await new Promise<void>((resolve) => monitor.onStep(() => resolve()))
    monitor.onComplete(late)
    monitor.close()
    monitor.close()

    await expect(monitor.result).rejects.toMatchObject({ code: 'closed' })
    await expect(monitor.cancel()).rejects.toMatchObject({ code: 'closed' })
    expect(monitor.getSnapshot()).toMatchObject({ status: 'running', progress: 50, connection: { state: 'closed' } })
    expect(monitor.getSnapshot()).toBe(monitor.getSnapshot())
  })

  it('never raises an unhandled rejection', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    client.monitor('r').close()
    client.monitor('other')
    ;(await server.connection()).close(4403)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)

    expect(unhandled).not.toHaveBeenCalled()
  })

  it.each(['__proto__', 'a}b', 'a\nb', '', 'x'.repeat(129), 7])('refuses the run id %j', (runId) => {
    expect(() => client.monitor(runId as string)).toThrow(/Expected a run id/)
  })

  it('says what is wrong with what it is given', () => {
    expect(() => new ChainMonitor('r', { client: {} })).toThrow(/createMonitorClient/)
    expect(() => new ChainMonitor('r', { url: 'ftp://x' })).toThrow(/ws, wss, http or https/)
    expect(() => new ChainMonitor('r', { protocol: 'carrier pigeon' as never, url: server.url })).toThrow(
      /'llmmon' or 'plain'/,
    )
    expect(() => client.monitor('r').onStart(7 as never)).toThrow(/onStart to be given a function/)
  })
})
