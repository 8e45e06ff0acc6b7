// A session cookie says who it is; the monitor takes the WebSockets of the HTTP server itself.
import { createMonitorServer } from '@llmmon/server-ws'
import { buildApp, sessionUser } from './app.mjs'
import { mayThey, transport } from './yours.mjs'

const app = await buildApp()
const monitor = createMonitorServer({ transport, authenticate: sessionUser(app), authorize: mayThey })
monitor.attach(app.server)
await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`http://localhost:${app.server.address().port}`)
