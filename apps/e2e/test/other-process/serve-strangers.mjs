// A server that strangers are let loose on: prints its address, writes a run all the time, tells how it is at `/state` and ends the run at `/end`.
import { createServer } from 'node:http'
import { memoryTransport, startRun } from '@llmmon/core'
import { createMonitorServer, expiring } from '@llmmon/server-ws'

const transport = memoryTransport()
const monitor = createMonitorServer({
  transport,
  authenticate: (_, { token = '' }) => {
    asked += 1
    return token === 'wrong' ? null : expiring({ name: token }, new Date(Date.now() + 3_600_000))
  },
  authorize: async ({ runId, run }) => runId.startsWith('r') || (await run()) !== undefined,
  // Not the rate of frames is to stop them, or the rest would not be tried.
  limits: { framesPerSecond: 1_000_000, helloTimeoutMs: 2_000, pendingMs: 1_000 },
})
const run = startRun({ name: 'c', transport, runId: 'r' })
let said = 0
let asked = 0
const timer = setInterval(() => run.custom('n', said++), 5)

const server = createServer(async (request, response) => {
  if (request.url === '/end') {
    clearInterval(timer)
    run.complete(said)
    await run.flushed()
  }
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  response.end(JSON.stringify({ said, asked, bytes: heapUsed + external, ...monitor.stats }))
})
monitor.attach(server)
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(port)
})
