// Routes behind a session cookie, and who somebody is by that cookie.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import cookies from '@fastify/cookie'
import sessions from '@fastify/session'
import files from '@fastify/static'
import { reserveRun } from '@llmmon/core'
import { expiring } from '@llmmon/server-ws'
import fastify from 'fastify'
import { chain, checkPassword, transport } from './yours.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/** The application, without a way to watch its runs. */
export async function buildApp() {
  const app = fastify()
  await app.register(cookies)
  // It keeps sessions in memory; several processes need a store of their own.
  await app.register(sessions, {
    secret: process.env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
    cookieName: 'session',
    saveUninitialized: false,
    rolling: false,
    cookie: { sameSite: 'lax', secure: 'auto', maxAge: Number(process.env.SESSION_MS ?? 86_400_000) },
  })

  app.addHook('onSend', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'self'")
  })

  app.post('/login', async (request, reply) => {
    const user = checkPassword(request.body)
    if (!user) return reply.code(401).send()
    await request.session.regenerate()
    request.session.user = user
    return reply.code(204).send()
  })

  app.post('/runs', async (request, reply) => {
    const { user } = request.session
    if (!user) return reply.code(401).send()
    const metadata = { userId: user.id }
    // Stored before the page is told of it: whoever asks for the run finds whose it is.
    const { runId } = await reserveRun({ transport, metadata })
    chain.start(request.body.text, { runId, metadata })
    return { runId }
  })

  await app.register(files, { root: join(here, 'public') })
  const client = join(here, 'node_modules/@llmmon/client/dist')
  app.get('/monitor.js', (_request, reply) => reply.sendFile('chain-monitor.global.js', client))
  return app
}

/** `authenticate` for the sessions of this application. */
export function sessionUser(app) {
  return (request) =>
    new Promise((resolve, reject) => {
      const { session = '' } = app.parseCookie(request.headers.cookie ?? '')
      app.decryptSession(session, request, (error) => {
        const { user, cookie } = request.session ?? {}
        if (error) reject(error)
        else resolve(user && expiring(user, new Date(cookie.expires)))
      })
    })
}
