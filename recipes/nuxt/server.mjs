// Beside Nuxt: runs the chain, and lets pages watch. Nuxt answers requests; a run goes on here.
import { createServer } from 'node:http'
import { memoryTransport, monitorChain, readRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'

const transport = memoryTransport()
const shout = monitorChain(
  async (text, run) => {
    const words = await run.step('split', () => text.split(' '))
    return run.step('shout', (step) => step.tap(slowly(words)), { kind: 'llm' })
  },
  { name: 'shout', transport, totalSteps: 2 },
)

async function* slowly(words) {
  for (const word of words) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    yield `${word.toUpperCase()} `
  }
}

const server = createServer(async (request, response) => {
  const [, runId] = /^\/runs\/([^/]+)$/.exec(request.url ?? '') ?? []
  if (request.method === 'POST') {
    response.end(shout.start('what is said is said word by word').runId)
    return
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify((runId && (await readRun(transport, runId))) ?? null))
})

// In earnest: who may watch which run (authorize), and the address of your pages (allowedOrigins).
const allowedOrigins = process.env.PAGES ? [process.env.PAGES] : ['http://localhost:3000']
createMonitorServer({ transport, authorize: allowAnyone, allowedOrigins }).attach(server)
server.listen(Number(process.env.MONITOR_PORT ?? 3001), () => console.log('watch at', server.address().port))
