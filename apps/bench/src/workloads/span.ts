import { setTimeout as sleep } from 'node:timers/promises'
import { asked, type RedisUse } from '../processes/redis-server.js'
import { type Look, look, type Stage } from '../processes/stage.js'

/** What happened on a stage in a span of time. */
export interface Span {
  readonly seconds: number
  readonly said: number
  readonly delivered: number
  readonly serverMicros: number
  readonly publisherMicros: number
  readonly viewerMicros: number
  readonly redisMicros: number
  readonly requests: number
  readonly commands: number
}

/** Lets the load run in, then looks at what happens in so many ms. */
export async function watchSpan(stage: Stage, ms: number, runInMs: number): Promise<Span> {
  await sleep(runInMs)
  const before = await lookAround(stage)
  await sleep(ms)
  const after = await lookAround(stage)
  return between(before, after)
}

async function lookAround(stage: Stage): Promise<Look & { readonly redis: RedisUse }> {
  const [looked, redis] = await Promise.all([look(stage), stage.redis.use()])
  return { ...looked, redis }
}

function between(before: Look & { readonly redis: RedisUse }, after: Look & { readonly redis: RedisUse }): Span {
  return {
    seconds: (after.viewers.at - before.viewers.at) / 1_000,
    said: after.publisher.said - before.publisher.said,
    delivered: after.viewers.events - before.viewers.events,
    serverMicros: after.server.cpuMicros - before.server.cpuMicros,
    publisherMicros: after.publisher.cpuMicros - before.publisher.cpuMicros,
    viewerMicros: after.viewers.cpuMicros - before.viewers.cpuMicros,
    redisMicros: after.redis.cpuMicros - before.redis.cpuMicros,
    ...asked(before.redis, after.redis),
  }
}
