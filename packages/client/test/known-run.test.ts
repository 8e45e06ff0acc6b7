import { initialRunState, memoryTransport, readRun, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServer } from '@llmmon/server-ws'
import { type Listening, listen } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type ChainMonitor, createMonitorClient, type MonitorClient } from '../src/index.js'
import { type KnownRun, positionOf } from '../src/known-run.js'

describe('positionOf', () => {
  const known: KnownRun = { ...initialRunState('r'), epoch: '5', seq: 7 }

  it('is where the state stands, and one before where the run has ended', () => {
    expect(positionOf(known)).toEqual({ epoch: '5', seq: 7 })
    expect(positionOf({ ...known, endedAt: 1 })).toEqual({ epoch: '5', seq: 6 })
  })

  it('is none for a state without an epoch, or without events before the end', () => {
    expect(positionOf({ ...known, epoch: null })).toBeUndefined()
    expect(positionOf({ ...known, seq: 0 })).toBeUndefined()
    expect(positionOf({ ...known, seq: 1, endedAt: 1 })).toBeUndefined()
  })
})

describe('a monitor with an initialState', () => {
  const transport = memoryTransport()
  let http: Listening
  let server: MonitorServer
  let client: MonitorClient
  let sent: { type: string; from?: { seq: number } }[]
  let n = 0

  beforeEach(async () => {
    http = await listen()
    server = createMonitorServer({ transport, authorize: allowAnyone })
    server.attach(http.server)
    sent = []
    class Spied extends WebSocket {
      override send(text: never) {
        sent.push(JSON.parse(text))
        super.send(text)
      }
    }
    client = createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket: Spied as never })
  })

  afterEach(async () => {
    client.close()
    await server.close()
    await http.close()
  })

  /** A run of which the server side knows the first half of its text. */
  async function half() {
    n += 1
    const run = startRun({ name: 'c', transport, runId: `known-${n}` })
    run.token('first ')
    await run.flushed()
    const initialState = await readRun(transport, run.runId)
    expect(initialState).toMatchObject({ epoch: expect.any(String), seq: 2, text: 'first ' })
    return { run, initialState, runId: run.runId }
  }

  function hear(monitor: ChainMonitor): unknown[] {
    const heard: unknown[] = []
    monitor.onEvent((event) => heard.push(event.update_type === 'token' ? event.delta : event.update_type))
    monitor.onReset(({ reason }) => heard.push(`reset ${reason}`))
    return heard
  }

  const asked = (type: string) => sent.filter((frame) => frame.type === type)

  it('shows it at once, and goes on from there', async () => {
    const { run, runId, initialState } = await half()
    const monitor = client.monitor(runId, { initialState })
    const heard = hear(monitor)
    expect(monitor.getSnapshot()).toMatchObject({ status: 'running', text: 'first ' })
    run.token('second')
    run.complete('done')

    expect(await monitor.result).toBe('done')
    expect(heard).toEqual(['second', 'complete'])
    expect(monitor.getSnapshot().text).toBe('first second')
    expect(asked('subscribe').map(({ from }) => from?.seq)).toEqual([2])
  })

  it('gives the result of a run that had ended, whose end it asks for', async () => {
    const { run, runId } = await half()
    run.complete('done')
    await run.flushed()
    const initialState = await readRun(transport, runId)
    const monitor = client.monitor(runId, { initialState })
    const heard = hear(monitor)

    expect(await monitor.result).toBe('done')
    expect(heard).toEqual(['complete'])
    expect(asked('subscribe').map(({ from }) => from?.seq)).toEqual([2])
  })

  it('gives one that knows nothing the whole run, and repeats nothing to those that know', async () => {
    const { run, runId, initialState } = await half()
    const knowing = client.monitor(runId, { initialState })
    const heard = hear(knowing)
    const seen: string[] = []
    knowing.subscribe(() => seen.push(knowing.getSnapshot().text))
    const unknowing = client.monitor(runId)
    const all = hear(unknowing)
    run.token('second')
    run.complete('done')
    await Promise.all([knowing.result, unknowing.result])
    const iterated: string[] = []
    for await (const event of client.monitor(runId)) iterated.push(event.update_type)

    expect(heard.join('')).toBe('secondcomplete')
    expect(all.join('')).toBe('startfirst secondcomplete')
    expect(iterated[0]).toBe('start')
    expect(seen.every((text) => text.startsWith('first '))).toBe(true)
  })

  it('gives one that knows nothing the whole run also when that has ended long ago', async () => {
    const { run, runId, initialState } = await half()
    run.complete('done')
    await client.monitor(runId, { initialState }).result
    await vi.waitFor(() => expect(server.stats.connections).toBe(0))
    const all = hear(client.monitor(runId))

    await vi.waitFor(() => expect(all.join('')).toBe('startfirst complete'))
  })

  it('shows what is known where the run is watched already but nothing has come', async () => {
    const { run, runId, initialState } = await half()
    const unknowing = client.monitor(runId)
    const knowing = client.monitor(runId, { initialState })
    const [all, heard] = [hear(unknowing), hear(knowing)]
    expect(unknowing.getSnapshot().text).toBe('first ')
    run.complete('done')
    await Promise.all([knowing.result, unknowing.result])

    expect([all.join(''), heard.join('')]).toEqual(['startfirst complete', 'complete'])
  })

  it.each([true, false])('starts over where the run is another by now (asked for its beginning: %s)', async (both) => {
    const { run, runId, initialState } = await half()
    run.complete('old')
    await run.flushed()
    const other = startRun({ name: 'c', transport, runId, ifExists: 'replace' })
    other.token('new')
    await other.flushed()
    const monitor = client.monitor(runId, { initialState })
    if (both) client.monitor(runId)
    const heard = hear(monitor)
    await vi.waitFor(() => expect(monitor.getSnapshot().text).toBe('new'))
    other.complete('new result')

    expect(await monitor.result).toBe('new result')
    expect(heard.join(' ')).toMatch(/^reset \w+ start new complete$/)
  })

  it('shows a state without an epoch until the run has come, from its first event', async () => {
    const { run, runId, initialState } = await half()
    const monitor = client.monitor(runId, { initialState: initialState && { ...initialState, epoch: null } })
    const heard = hear(monitor)
    expect(monitor.getSnapshot().text).toBe('first ')
    run.complete('done')

    expect(await monitor.result).toBe('done')
    expect(heard).toEqual(['start', 'first ', 'complete'])
  })

  it('says of a run that is gone that it is', async () => {
    const { runId, initialState } = await half()
    const gone = initialState && { ...initialState, runId: `${runId}-gone` }
    const monitor = client.monitor(`${runId}-gone`, { initialState: gone })
    await vi.waitFor(() => expect(monitor.getSnapshot().stalled).toBe(true))

    expect(monitor.getSnapshot()).toMatchObject({ status: 'running', text: 'first ' })
  })
})
