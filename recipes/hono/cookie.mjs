// A session cookie says who it is: to the routes, and to the WebSocket.
import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { reserveRun } from '@llmmon/core'
import { createMonitorServer, expiring } from '@llmmon/server-ws'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { parse } from 'hono/utils/cookie'
import { chain, checkPassword, mayThey, transport } from './yours.mjs'

const sessionMs = Number(process.env.SESSION_MS ?? 86_400_000)
const sessions = new Map()
const app = new Hono()

function sessionOf(id) {
  const session = sessions.get(id)
  return session && session.endsAt > new Date() ? session : undefined
}

app.use(async (c, next) => {
  await next()
  c.header('Content-Security-Policy', "default-src 'self'")
})

app.post('/login', async (c) => {
  const user = checkPassword(await c.req.json())
  if (!user) return c.body(null, 401)
  const id = randomBytes(32).toString('base64url')
  sessions.set(id, { user, endsAt: new Date(Date.now() + sessionMs) })
  const secure = process.env.NODE_ENV === 'production'
  setCookie(c, 'session', id, { httpOnly: true, sameSite: 'Lax', secure, path: '/' })
  return c.body(null, 204)
})

app.post('/runs', async (c) => {
  const session = sessionOf(getCookie(c, 'session'))
  if (!session) return c.body(null, 401)
  const { text } = await c.req.json()
  const metadata = { userId: session.user.id }
  // Stored before the page is told of it: whoever asks for the run finds whose it is.
  const { runId } = await reserveRun({ transport, metadata })
  chain.start(text, { runId, metadata })
  return c.json({ runId })
})

app.get('/monitor.js', serveStatic({ path: './node_modules/@llmmon/client/dist/chain-monitor.global.js' }))
app.get('*', serveStatic({ root: './public' }))

const monitor = createMonitorServer({
  transport,
  authenticate: (request) => {
    const session = sessionOf(parse(request.headers.cookie ?? '', 'session').session)
    return session && expiring(session.user, session.endsAt)
  },
  authorize: mayThey,
})
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) =>
  console.log(`http://localhost:${port}`),
)
monitor.attach(server)
