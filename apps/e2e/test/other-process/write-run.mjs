// Writes a run until it is killed: write-run.mjs <redis url> <run id> <heartbeat, ms> <lease, ms>.
import { startRun } from '@llmmon/core'
import { redisTransport } from '@llmmon/transport-redis'

const [url, runId, heartbeatMs, leaseMs] = process.argv.slice(2)
const transport = redisTransport({ url, heartbeatMs: Number(heartbeatMs), leaseMs: Number(leaseMs) })
const run = startRun({ name: 'killed', transport, runId })
let said = 0
setInterval(() => run.custom('n', said++), 5)
