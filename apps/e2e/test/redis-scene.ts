import { type ChainMonitor, createMonitorClient } from '@llmmon/client'
import { type Run, type RunOptions, startRun, type Transport, type WriterOptions } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { differences, listen, type Talk, talk, trackHandles, ViewerLog } from '@llmmon/testkit'
import { type RedisTransportOptions, redisTransport } from '@llmmon/transport-redis'
import { afterAll, afterEach, expect } from 'vitest'
import { WebSocket } from 'ws'

/** A page on a server of its own, and what it was told. */
export interface Page {
  readonly monitor: ChainMonitor
  readonly log: ViewerLog
}

const noop = () => undefined
const quiet = { debug: noop, info: noop, warn: noop, error: noop }
const closers: (() => unknown)[] = []
const handles = trackHandles()

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  // Whatever the fault was: no socket, listener or timer outlives what it was made for.
  await handles.settled()
})

afterAll(() => handles.stop())

/** Closes something when the test is over, the last one first. */
export function later<Closable extends { close(): unknown }>(closable: Closable): Closable {
  closers.push(() => closable.close())
  return closable
}

/** A process of its own as far as Redis can tell: its own connections, its own inbox. */
export function join(options: RedisTransportOptions): Transport {
  const transport = redisTransport({ logger: quiet, ...options })
  closers.push(() => transport.close({ timeoutMs: 100 }))
  return transport
}

/** A page that watches a run, on a server of its own. */
export async function watch(runId: string, transport: Transport): Promise<Page> {
  const http = later(await listen())
  const server = later(createMonitorServer({ transport, authorize: allowAnyone, logger: quiet }))
  server.attach(http.server)
  const client = later(createMonitorClient({ url: `${http.wsUrl}/ws`, WebSocket }))
  const monitor = client.monitor(runId)
  return { monitor, log: new ViewerLog(monitor) }
}

/** A run that says something all the time. */
export function speak(
  transport: Transport,
  { size = 0, ...options }: Partial<WriterOptions & RunOptions> & { size?: number } = {},
): { run: Run; chain: Talk } {
  const run = startRun({ name: 'c', transport, runId: 'r', onError: noop, ...options })
  const chain = talk(run, { size })
  closers.push(() => chain.pause())
  return { run, chain }
}

/** Ends the run, and expects that each page was told all of it, in order and once; gives the resets of each. */
export async function endAndCompare(chain: Talk, pages: readonly Page[]): Promise<string[][]> {
  chain.end()
  for (const { monitor, log } of pages) {
    expect(await monitor.result).toEqual({ said: chain.said })
    expect(differences(log, chain)).toEqual([])
    expect(monitor.getSnapshot()).toMatchObject({ status: 'completed', text: chain.text, stalled: false })
  }
  return pages.map(({ log }) => log.resets)
}
