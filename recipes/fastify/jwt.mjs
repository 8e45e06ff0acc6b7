// A JWT says who it is, in the first frame of the WebSocket; or a run token says that its holder may watch one run.
import { randomBytes } from 'node:crypto'
import jwt from '@fastify/jwt'
import { readRun, reserveRun } from '@llmmon/core'
import { createMonitorServer, expiring, signRunToken, verifyRunToken } from '@llmmon/server-ws'
import fastify from 'fastify'
import { chain, checkPassword, mayThey, transport } from './yours.mjs'

const secret = process.env.JWT_SECRET ?? randomBytes(32).toString('hex')
const runTokenSecret = process.env.RUN_TOKEN_SECRET ?? randomBytes(32).toString('hex')
const tokenSeconds = Number(process.env.TOKEN_SECONDS ?? 300)
const app = fastify()
const verify = { algorithms: ['HS256'], requiredClaims: ['exp', 'sub'] }
await app.register(jwt, { secret, sign: { expiresIn: `${tokenSeconds}s` }, verify })

app.post('/token', async (request, reply) => {
  const user = checkPassword(request.body)
  if (!user) return reply.code(401).send()
  return { token: app.jwt.sign({ sub: user.id, role: user.role }) }
})

await app.register(async (scope) => {
  scope.addHook('onRequest', (request) => request.jwtVerify())

  scope.post('/runs', async (request) => {
    const metadata = { userId: request.user.sub }
    // Stored before the page is told of it: whoever asks for the run finds whose it is.
    const { runId } = await reserveRun({ transport, metadata })
    chain.start(request.body.text, { runId, metadata })
    return { runId }
  })

  // For somebody without an account: who has this token may watch this run, if they come within five minutes.
  scope.post('/runs/:runId/share', async (request, reply) => {
    const { runId } = request.params
    const principal = { id: request.user.sub, role: request.user.role }
    const run = () => readRun(transport, runId)
    if (!(await mayThey({ principal, action: 'cancel', run }))) return reply.code(404).send()
    return { token: await signRunToken({ runId, actions: ['watch'] }, runTokenSecret) }
  })
})

const monitor = createMonitorServer({
  transport,
  // Guests have no name: they may only do what a run token says.
  authenticate: (_request, { token }) => {
    if (token === undefined) return {}
    const { sub, role, exp } = app.jwt.verify(token)
    return expiring({ id: sub, role }, new Date(exp * 1_000))
  },
  authorize: async (request) =>
    (await verifyRunToken(request.token, request, runTokenSecret)) !== undefined || mayThey(request),
})
monitor.attach(app.server)
await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`http://localhost:${app.server.address().port}`)
