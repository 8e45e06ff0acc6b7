import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Sample } from '../processes/sample.js'
import { onStage } from '../processes/stage.js'
import type { Figures } from './workload.js'

const runIds = ['open']
/** How many runs are written at once. */
const atOnce = 1_000

/** What a server of one open run with one viewer costs while so many finished runs lie in Redis. */
export function measureFinishedRuns(count: number): Promise<Figures> {
  return onStage('llmmon', async (stage) => {
    const ackPort = await stage.publisher.call<number>('open', runIds)
    await stage.viewers.call('join', { runs: runIds, each: 1, ackPort })
    await writeFinished(stage.redis.connection, count)
    const before = await stage.server.call<Sample>('sample', true)
    await sleep(3_000)
    const after = await stage.server.call<Sample>('sample')
    return { cpu: (after.cpuMicros - before.cpuMicros) / (after.at - before.at), rss: before.rss / 1_048_576 }
  })
}

// As PROTOCOL.md says that a run is written by hand.
async function writeFinished(redis: Redis, count: number): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    const pipeline = redis.pipeline()
    for (let i = done; i < Math.min(count, done + atOnce); i += 1) {
      const run = `finished-${i}`
      const at = Date.now()
      const event = { update_type: 'complete', status: 'completed', result: 'done', seq: 1, ts: at }
      const batch = { type: 'events', run_id: run, epoch: `${at}000`, from: 1, to: 1, events: [event] }
      const meta = {
        state: 'closed',
        epoch: batch.epoch,
        last: 1,
        segments: 0,
        opened: 'new',
        owner: 'o',
        host: 'h',
        hb: at,
      }
      pipeline.hset(`llmmon:{${run}}:meta`, { ...meta, label: '{"chain":"c","metadata":{},"tags":[]}' })
      pipeline.xadd(`llmmon:{${run}}:tail`, `${batch.epoch}-1`, 'from', 1, 'closes', 1, 'text', JSON.stringify(batch))
    }
    await pipeline.exec()
  }
}
