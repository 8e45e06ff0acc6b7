import { ChainMonitor, createMonitorClient, type MonitorClient } from '@llmmon/client'
import { type MemoryTransport, memoryTransport, monitorChain, type RunEvent, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServer } from '@llmmon/server-ws'
import { type Listening, listen } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

let transport: MemoryTransport
let http: Listening
let server: MonitorServer
let client: MonitorClient

beforeEach(async () => {
  transport = memoryTransport()
  http = await listen()
  server = createMonitorServer({ transport, authorize: allowAnyone })
  server.attach(http.server)
  client = createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket })
})

afterEach(async () => {
  client.close()
  await server.close()
  await transport.close()
  await http.close()
})

describe('a monitor on a real server', () => {
  it('calls the handlers, keeps the snapshot and gives the result', async () => {
    const chain = monitorChain(
      async (text: string, run) => {
        const words = await run.step('split', () => text.split(' '))
        return run.step('join', (step) => step.tap(words.map((word) => `${word}!`)), { kind: 'llm' })
      },
      { name: 'shout', transport, totalSteps: 2 },
    )
    const monitor = client.monitor<string>('r1')
    const seen: unknown[] = []
    monitor.onStart((data) => seen.push(data.status))
    monitor.onStep((data) => seen.push([data.step_name, data.progress_percentage, data.intermediate_result]))
    monitor.onComplete((data) => seen.push(data.result))
    await chain.execute('a b', { runId: 'r1', metadata: { user: 1 } })

    expect(await monitor.result).toBe('a!b!')
    expect(seen).toEqual(['started', ['split', 50, ['a', 'b']], ['join', 100, 'a!b!'], 'a!b!'])
    expect(monitor.getSnapshot()).toMatchObject({
      status: 'completed',
      chain: 'shout',
      text: 'a!b!',
      metadata: { user: 1 },
      progress: 100,
      stalled: false,
    })
  })

  it('tells how a run failed, was cancelled, or is not to be seen', async () => {
    const failing = monitorChain(() => Promise.reject(new Error('no luck')), { name: 'f', transport })
    failing.start('x', { runId: 'failed' })
    const waiting = monitorChain(
      (_: string, run) =>
        new Promise((_, reject) => run.signal.addEventListener('abort', () => reject(run.signal.reason))),
      { name: 'w', transport },
    )
    waiting.start('x', { runId: 'cancelled' })
    const failed = client.monitor('failed')
    const cancelled = client.monitor('cancelled')
    const errors: unknown[] = []
    cancelled.onError((data) => errors.push([data.code, data.error]))

    await expect(failed.result).rejects.toMatchObject({ code: 'run_failed', message: 'no luck' })
    expect(await cancelled.cancel('enough')).toBe('accepted')
    await expect(cancelled.result).rejects.toMatchObject({ code: 'cancelled', message: 'enough' })
    expect(errors).toEqual([['cancelled', 'enough']])
    expect(await cancelled.cancel()).toBe('already_ended')
    await expect(client.monitor('nowhere').cancel()).rejects.toMatchObject({ code: 'refused' })
  })

  it('gives a late monitor and iterator everything from the first event', async () => {
    const run = startRun({ name: 'late', transport, runId: 'r1' })
    for (const word of ['one ', 'two ', 'three']) {
      run.token(word)
      await run.flushed()
    }
    run.complete({ ok: true })
    await client.monitor('r1').result
    const second = client.monitor('r1')
    const events: RunEvent[] = []
    for await (const event of second) events.push(event)
    let late: unknown
    const told = new Promise<void>((resolve) => {
      second.onComplete((data) => {
        late = data.result
        resolve()
      })
    })
    await told

    expect(events.map(({ update_type }) => update_type)).toEqual(['start', 'token', 'token', 'token', 'complete'])
    expect(late).toEqual({ ok: true })
    expect(server.stats.connections).toBeLessThanOrEqual(1)
  })

  it('shares one connection and one subscription among all monitors of an address', async () => {
    const url = `${http.wsUrl}/ws`
    const monitors = Array.from({ length: 50 }, () => new ChainMonitor('r1', { url, WebSocket }))
    startRun({ name: 'shared', transport, runId: 'r1' }).complete('x')

    expect(await Promise.all(monitors.map(({ result }) => result))).toEqual(Array(50).fill('x'))
    for (const monitor of monitors) monitor.close()
  })

  it('resumes after the server has been replaced', async () => {
    const run = startRun({ name: 'long', transport, runId: 'r1' })
    const monitor = client.monitor('r1')
    const customs: unknown[] = []
    const first = new Promise<void>((resolve) => {
      monitor.onCustom(({ data }) => {
        customs.push(data)
        resolve()
      })
    })
    run.custom('n', 1)
    await first
    await server.close()
    run.custom('n', 2)
    server = createMonitorServer({ transport, authorize: allowAnyone })
    server.attach(http.server)
    run.custom('n', 3)
    run.complete('done')

    expect(await monitor.result).toBe('done')
    expect(customs).toEqual([1, 2, 3])
  })

  it('watches over the plain endpoint too', async () => {
    const plain = createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket, protocol: 'plain' })
    const run = startRun({ name: 'plain', transport, runId: 'r1' })
    const monitor = plain.monitor('r1')
    run.token('hello')
    run.complete('done')

    expect(await monitor.result).toBe('done')
    expect(monitor.getSnapshot()).toMatchObject({
      text: 'hello',
      status: 'completed',
      connection: { continuity: true },
    })
    await expect(monitor.cancel()).rejects.toMatchObject({ code: 'unsupported' })
    plain.close()
  })
})
