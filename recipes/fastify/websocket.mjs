// The same where @fastify/websocket is at work: it takes every WebSocket, so it hands those of the monitor over.
import websocket from '@fastify/websocket'
import { createMonitorServer } from '@llmmon/server-ws'
import { buildApp, sessionUser } from './app.mjs'
import { mayThey, transport } from './yours.mjs'

const app = await buildApp()
const monitor = createMonitorServer({ transport, authenticate: sessionUser(app), authorize: mayThey })
// The monitor's own bounds are for connections that it has accepted itself.
await app.register(websocket, { options: { maxPayload: 16_384 } })
await app.register(async (scope) => {
  const handOver = (socket, request) => monitor.handleConnection(socket, request.raw)
  scope.get('/ws', { websocket: true }, handOver)
  scope.get('/ws/chain/:runId/', { websocket: true }, handOver)
})
await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`http://localhost:${app.server.address().port}`)
