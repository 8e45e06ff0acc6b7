// A script that does one thing and has nothing else to do: <what> <memory|redis|cluster> <ports> <run id>. It never calls exit or close.
import { memoryTransport, monitorChain, readRun, startRun } from '@llmmon/core'
import { redisTransport } from '@llmmon/transport-redis'
import { Cluster } from 'ioredis'

const [what, kind, ports = '', runId = ''] = process.argv.slice(2)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function open() {
  if (kind === 'memory') return memoryTransport()
  if (kind === 'redis') return redisTransport({ url: `redis://127.0.0.1:${ports}`, logger: quiet })
  const nodes = ports.split(',').map((port) => ({ host: '127.0.0.1', port: Number(port) }))
  return redisTransport({ client: new Cluster(nodes, { lazyConnect: true }), logger: quiet })
}

const transport = open()
const chain = monitorChain(
  async (count, run) => {
    for (let i = 0; i < count; i += 1) run.token(`${i} `)
    await run.step('last', () => 'done')
    return count
  },
  { name: 'short', transport, logger: quiet },
)

if (what === 'execute') await chain.execute(2_000, { runId })
else if (what === 'read') await readRun(transport, runId).catch(() => undefined)
else if (what === 'open') startRun({ name: 'short', transport, runId, logger: quiet }).token('said')
else if (what === 'watch') {
  const nothing = () => undefined
  const observer = { batch: nothing, bell: nothing, interrupted: nothing, active: nothing }
  await transport.watch(runId, observer).catch(nothing)
}
