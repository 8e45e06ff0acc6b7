import { memoryTransport, startRun } from '@llmmon/core'
import { listen, rawViewer } from '@llmmon/testkit'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { createMonitorServer } from '../src/index.js'
import { Metrics, metricsOf } from '../src/metrics.js'

/** The values of a registry, by name and labels. */
async function valuesOf(registry: Registry): Promise<Record<string, number>> {
  const text = await registry.metrics()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.split(' ').at(-1))]))
}

describe('a server with a registry of prom-client', () => {
  it('shows there what it does, and counts down again when all have gone', async () => {
    const registry = new Registry()
    const transport = memoryTransport()
    const http = await listen()
    const authorize = ({ runId }: { runId: string }) => runId === 'r'
    const server = createMonitorServer({ transport, authorize, metrics: registry })
    server.attach(http.server)
    const run = startRun({ name: 'c', transport, runId: 'r' })
    run.custom('secret', 'never in a metric')
    await run.flushed()
    const viewer = await rawViewer(`${http.wsUrl}/ws`)
    viewer.send({ type: 'hello' })
    viewer.send({ type: 'subscribe', ref: 1, run_id: 'r' })
    viewer.send({ type: 'subscribe', ref: 2, run_id: 'other' })
    await viewer.next(({ type }) => type === 'error')
    viewer.send({ type: 'cancel', ref: 3, run_id: 'r' })
    await viewer.next(({ type }) => type === 'cancel_answer')
    await fetch(`${http.url}/elsewhere`, { headers: { connection: 'upgrade', upgrade: 'websocket' } }).catch(
      () => undefined,
    )

    expect(await valuesOf(registry)).toMatchObject({
      llmmon_connections: 1,
      llmmon_runs: 1,
      llmmon_viewers: 1,
      'llmmon_connections_total{endpoint="protocol"}': 1,
      'llmmon_requests_total{request="subscribe",answer="allowed"}': 1,
      'llmmon_requests_total{request="subscribe",answer="refused"}': 1,
      'llmmon_requests_total{request="cancel",answer="accepted"}': 1,
    })
    const { llmmon_frames_sent_total: frames, llmmon_bytes_sent_total: bytes } = await valuesOf(registry)
    expect(frames).toBe(viewer.frames.length)
    expect(bytes).toBe(viewer.frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0))
    expect(await registry.metrics()).not.toContain('never in a metric')

    viewer.close()
    await viewer.closed()
    await server.close()
    expect(await valuesOf(registry)).toMatchObject({
      llmmon_connections: 0,
      llmmon_runs: 0,
      'llmmon_connections_closed_total{code="1005"}': 1,
    })
    await http.close()
  })

  it('counts together with others of the same registry', async () => {
    const registry = new Registry()
    const options = { transport: memoryTransport(), authorize: () => true, metrics: registry }
    const servers = [createMonitorServer(options), createMonitorServer(options)]

    expect(await valuesOf(registry)).toMatchObject({ llmmon_connections: 0 })
    expect(metricsOf(registry)).toBe(metricsOf(registry))
    for (const server of servers) await server.close()
  })

  it('keeps to the conventions of Prometheus', async () => {
    const registry = new Registry()
    new Metrics().register(registry)
    for (const { name, help, type } of await registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^llmmon_[a-z_]+$/)
      expect(name.endsWith('_total')).toBe(String(type) === 'counter')
      expect(help).toMatch(/\.$/)
    }
  })
})
