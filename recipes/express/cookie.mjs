// A session cookie says who it is: to the routes, and to the WebSocket.
import { randomBytes } from 'node:crypto'
import { createServer, ServerResponse } from 'node:http'
import { reserveRun } from '@llmmon/core'
import { createMonitorServer, expiring } from '@llmmon/server-ws'
import express from 'express'
import session from 'express-session'
import { chain, checkPassword, mayThey, transport } from './yours.mjs'

const app = express()
// It keeps sessions in memory; several processes need a store of their own.
const sessions = session({
  secret: process.env.SESSION_SECRET ?? randomBytes(32).toString('hex'),
  resave: false,
  saveUninitialized: false,
  cookie: { sameSite: 'lax', secure: 'auto', maxAge: Number(process.env.SESSION_MS ?? 86_400_000) },
})

app.use((_request, response, next) => {
  response.set('Content-Security-Policy', "default-src 'self'")
  next()
})
app.use(sessions, express.json())

app.post('/login', (request, response, next) => {
  const user = checkPassword(request.body)
  if (!user) return response.sendStatus(401)
  request.session.regenerate((error) => {
    if (error) return next(error)
    request.session.user = user
    response.sendStatus(204)
  })
})

app.post('/runs', async (request, response) => {
  const { user } = request.session
  if (!user) return response.sendStatus(401)
  const metadata = { userId: user.id }
  // Stored before the page is told of it: whoever asks for the run finds whose it is.
  const { runId } = await reserveRun({ transport, metadata })
  chain.start(request.body.text, { runId, metadata })
  response.json({ runId })
})

app.use('/monitor.js', express.static('node_modules/@llmmon/client/dist/chain-monitor.global.js'))
app.use(express.static('public'))

function authenticate(request) {
  return new Promise((resolve, reject) => {
    sessions(request, new ServerResponse(request), (error) => {
      const { user, cookie } = request.session ?? {}
      if (error) reject(error)
      else resolve(user && expiring(user, cookie.expires))
    })
  })
}

const server = createServer(app)
createMonitorServer({ transport, authenticate, authorize: mayThey }).attach(server)
server.listen(Number(process.env.PORT ?? 3000), () => console.log(`http://localhost:${server.address().port}`))
