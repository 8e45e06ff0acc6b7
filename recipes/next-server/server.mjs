// Next and the monitor on one HTTP server.
import { createServer } from 'node:http'
import { createMonitorServer, expiring, verifyRunToken } from '@llmmon/server-ws'
import next from 'next'
import { runTokenSecret, tokenOf, userOf } from './auth.mjs'
import { mayThey, transport } from './yours.mjs'

const app = next({ dev: process.env.NODE_ENV !== 'production' })
await app.prepare()
const server = createServer(app.getRequestHandler())

const monitor = createMonitorServer({
  transport,
  // Guests have no name: they may only do what a run token says.
  authenticate: async (request, { token = tokenOf(request.headers) }) => {
    if (token === undefined) return {}
    const { user, endsAt } = await userOf(token)
    return expiring(user, endsAt)
  },
  authorize: async (request) =>
    (await verifyRunToken(request.token, request, runTokenSecret)) !== undefined || mayThey(request),
})
monitor.attach(server)
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`))
