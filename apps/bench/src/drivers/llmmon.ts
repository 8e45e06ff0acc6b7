import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Run, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { redisTransport } from '@llmmon/transport-redis'
import { WebSocket } from 'ws'
import type { Driver } from '../driver.js'

/** llmmon as an application uses it, through Redis. Its viewers speak `llmmon.v1` by hand, as those of the other drivers speak theirs. */
export const driver: Driver = {
  async startServer({ redisUrl }) {
    const transport = redisTransport({ url: redisUrl })
    const monitor = createMonitorServer({ transport, authorize: allowAnyone, allowedOrigins: '*' })
    const http = createServer()
    monitor.attach(http)
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return {
      port: (http.address() as AddressInfo).port,
      async close() {
        http.close()
        await monitor.close()
        await transport.close()
      },
    }
  },

  async startPublisher({ redisUrl }) {
    const transport = redisTransport({ url: redisUrl })
    const runs = new Map<string, Run>()
    return {
      async open(runId) {
        const run = startRun({ name: 'bench', transport, runId })
        runs.set(runId, run)
        await run.flushed({ timeoutMs: 30_000 })
      },
      event: (runId, payload) => runs.get(runId)?.custom('e', payload),
      token: (runId, text) => runs.get(runId)?.token(text),
      async settle() {
        await Promise.all([...runs.values()].map((run) => run.flushed({ timeoutMs: 30_000 })))
      },
      close: () => transport.close(),
    }
  },

  startViewers: ({ port }) => ({
    join: (runId, sink) =>
      new Promise((resolve, reject) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`, ['llmmon.v1'], { perMessageDeflate: false })
        ws.on('error', reject)
        ws.on('open', () => {
          ws.send('{"type":"hello"}')
          ws.send(JSON.stringify({ type: 'subscribe', ref: 1, run_id: runId }))
        })
        ws.on('message', (data) => {
          const text = data.toString()
          if (text.startsWith('{"type":"events"')) sink.take(text)
          else if (text.startsWith('{"type":"subscribed"')) resolve({ leave: () => ws.terminate() })
        })
      }),
  }),
}
