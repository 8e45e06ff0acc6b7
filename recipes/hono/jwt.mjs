// A JWT says who it is, in the first frame of the WebSocket; or a run token says that its holder may watch one run.
import { randomBytes } from 'node:crypto'
import { serve } from '@hono/node-server'
import { readRun, reserveRun } from '@llmmon/core'
import { createMonitorServer, expiring, signRunToken, verifyRunToken } from '@llmmon/server-ws'
import { Hono } from 'hono'
import { jwt, sign, verify } from 'hono/jwt'
import { chain, checkPassword, mayThey, transport } from './yours.mjs'

const secret = process.env.JWT_SECRET ?? randomBytes(32).toString('hex')
const runTokenSecret = process.env.RUN_TOKEN_SECRET ?? randomBytes(32).toString('hex')
const tokenSeconds = Number(process.env.TOKEN_SECONDS ?? 300)
const app = new Hono()

app.post('/token', async (c) => {
  const user = checkPassword(await c.req.json())
  if (!user) return c.body(null, 401)
  const exp = Math.floor(Date.now() / 1_000) + tokenSeconds
  return c.json({ token: await sign({ sub: user.id, role: user.role, exp }, secret, 'HS256') })
})

app.use('/runs/*', jwt({ secret, alg: 'HS256' }))

app.post('/runs', async (c) => {
  const { text } = await c.req.json()
  const metadata = { userId: c.get('jwtPayload').sub }
  // Stored before the page is told of it: whoever asks for the run finds whose it is.
  const { runId } = await reserveRun({ transport, metadata })
  chain.start(text, { runId, metadata })
  return c.json({ runId })
})

// For somebody without an account: who has this token may watch this run, if they come within five minutes.
app.post('/runs/:runId/share', async (c) => {
  const runId = c.req.param('runId')
  const { sub, role } = c.get('jwtPayload')
  const run = () => readRun(transport, runId)
  if (!(await mayThey({ principal: { id: sub, role }, action: 'cancel', run }))) return c.body(null, 404)
  return c.json({ token: await signRunToken({ runId, actions: ['watch'] }, runTokenSecret) })
})

const monitor = createMonitorServer({
  transport,
  // Guests have no name: they may only do what a run token says.
  authenticate: async (_request, { token }) => {
    if (token === undefined) return {}
    const { sub, role, exp } = await verify(token, secret, 'HS256')
    return expiring({ id: sub, role }, new Date(exp * 1_000))
  },
  authorize: async (request) =>
    (await verifyRunToken(request.token, request, runTokenSecret)) !== undefined || mayThey(request),
})
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) =>
  console.log(`http://localhost:${port}`),
)
monitor.attach(server)
