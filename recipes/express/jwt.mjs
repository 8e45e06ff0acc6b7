// A JWT says who it is, in the first frame of the WebSocket; or a run token says that its holder may watch one run.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { readRun, reserveRun } from '@llmmon/core'
import { createMonitorServer, expiring, signRunToken, verifyRunToken } from '@llmmon/server-ws'
import express from 'express'
import { jwtVerify, SignJWT } from 'jose'
import { chain, checkPassword, mayThey, transport } from './yours.mjs'

const secret = Buffer.from(process.env.JWT_SECRET ?? randomBytes(32).toString('hex'))
const runTokenSecret = process.env.RUN_TOKEN_SECRET ?? randomBytes(32).toString('hex')
const tokenSeconds = Number(process.env.TOKEN_SECONDS ?? 300)
const app = express().use(express.json())

/** Rejects for anything but a token of ours that is still good. */
async function userOf(token) {
  const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] })
  return { user: { id: payload.sub, role: payload.role }, endsAt: new Date(payload.exp * 1_000) }
}

app.post('/token', async (request, response) => {
  const user = checkPassword(request.body)
  if (!user) return response.sendStatus(401)
  const token = new SignJWT({ role: user.role }).setProtectedHeader({ alg: 'HS256' }).setSubject(user.id)
  response.json({ token: await token.setExpirationTime(`${tokenSeconds} s`).sign(secret) })
})

app.use('/runs', async (request, response, next) => {
  const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
  const known = await userOf(token).catch(() => undefined)
  if (!known) return response.sendStatus(401)
  response.locals.user = known.user
  next()
})

app.post('/runs', async (request, response) => {
  const metadata = { userId: response.locals.user.id }
  // Stored before the page is told of it: whoever asks for the run finds whose it is.
  const { runId } = await reserveRun({ transport, metadata })
  chain.start(request.body.text, { runId, metadata })
  response.json({ runId })
})

// For somebody without an account: who has this token may watch this run, if they come within five minutes.
app.post('/runs/:runId/share', async (request, response) => {
  const { runId } = request.params
  const run = () => readRun(transport, runId)
  if (!(await mayThey({ principal: response.locals.user, action: 'cancel', run }))) return response.sendStatus(404)
  response.json({ token: await signRunToken({ runId, actions: ['watch'] }, runTokenSecret) })
})

const server = createServer(app)
const monitor = createMonitorServer({
  transport,
  // Guests have no name: they may only do what a run token says.
  authenticate: async (_request, { token }) => {
    if (token === undefined) return {}
    const { user, endsAt } = await userOf(token)
    return expiring(user, endsAt)
  },
  authorize: async (request) =>
    (await verifyRunToken(request.token, request, runTokenSecret)) !== undefined || mayThey(request),
})
monitor.attach(server)
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`))
