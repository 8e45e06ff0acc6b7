import { Writable } from 'node:stream'
import { createMonitorClient } from '@llmmon/client'
import { startRun } from '@llmmon/core'
import { createMonitorServer } from '@llmmon/server-ws'
import { listen, rawViewer, startRedis, until } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { later } from './redis-scene.js'

const payload = 'what-the-model-said'
const token = 'credentials-of-somebody'

it('of everything there is never hold what a chain says or who shows which token, whatever goes wrong', async () => {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const logger = pino({ level: 'trace' }, stream)
  const redis = later(await startRedis())
  const transport = later(redisTransport({ url: redis.url, logger }))
  const http = later(await listen())
  const server = later(
    createMonitorServer({
      transport,
      logger,
      authenticate: (_, credentials) => {
        if (credentials.token === `${token}-throws`) throw new Error('the database is down')
        return credentials.token
      },
      authorize: ({ runId }) => runId === 'r',
    }),
  )
  server.attach(http.server)
  const url = `${http.wsUrl}/ws`
  const client = later(createMonitorClient({ url, WebSocket, getToken: () => token }))
  const run = startRun({ name: payload, transport, runId: 'r', metadata: { payload }, tags: [payload], logger })
  run.token(payload)
  run.custom(payload, payload)
  await run.step(payload, () => Promise.reject(new Error(payload))).catch(() => undefined)
  const monitor = client.monitor('r')
  await until(async () => monitor.getSnapshot().text === payload)

  // Trouble of every kind: refused, malformed, thrown, junk in the store, a store that goes away.
  for (const bad of [`{"type":"hello","token":"${token}-throws"}`, `{"type":"hello","x":"${payload}"`, payload]) {
    const viewer = await rawViewer(url)
    viewer.send(bad)
    await viewer.closed()
  }
  const asked: Record<string, string>[] = [{ origin: `https://${payload}.example` }, { cookie: token, 'x-y': payload }]
  for (const headers of asked) {
    const viewer = await rawViewer(`${url}/chain/r/?ticket=${token}`, { protocol: null, headers })
    viewer.close()
    await viewer.closed()
  }
  const admin = redis.connect()
  await admin.publish('llmmon:{r}:live', payload)
  await admin.xadd('llmmon:{r}:tail', '99999999999999999-1', 'from', '1', 'closes', '0', 'text', payload)
  await redis.crash()
  run.complete(payload)
  await monitor.result

  expect(lines.length).toBeGreaterThan(0)
  // The origin of a page that was refused is named: it is what has to be allowed.
  const told = lines.filter((line) => line.includes(payload) && !line.includes('allowedOrigins'))
  expect([told, lines.filter((line) => line.includes(token))]).toEqual([[], []])
})
