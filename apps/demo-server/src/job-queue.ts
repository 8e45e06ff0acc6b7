import { Redis } from 'ioredis'

/** A document to summarise, for whichever worker takes it. */
export interface Job {
  readonly runId: string
  readonly title: string
  readonly document: Uint8Array
}

/** Jobs that wait in Redis. One that was taken by a worker that died is found again by the next. */
export interface JobQueue {
  add(job: Job): Promise<void>
  /** Waits for the next job; undefined when none came for a while. */
  take(): Promise<Job | undefined>
  /** The job is over, well or badly. */
  done(runId: string): Promise<void>
  /** Puts back what dead workers had taken. */
  recover(): Promise<void>
  close(): void
}

const waiting = 'llmmon-demo:waiting'
const taken = 'llmmon-demo:taken'
const keptSeconds = 86_400
const waitSeconds = 2

/** The queue in a Redis. */
export function createJobQueue(url: string): JobQueue {
  const redis = new Redis(url, { lazyConnect: true })
  // What is wrong with Redis is told by the transport.
  redis.on('error', () => undefined)
  const documentKey = (runId: string) => `llmmon-demo:document:${runId}`

  return {
    async add({ runId, title, document }) {
      const key = documentKey(runId)
      await redis.hset(key, { title, document: Buffer.from(document) })
      await redis.expire(key, keptSeconds)
      await redis.lpush(waiting, runId)
    },

    async take() {
      const runId = await redis.blmove(waiting, taken, 'RIGHT', 'LEFT', waitSeconds)
      if (runId === null) return undefined
      const { title, document } = await redis.hgetallBuffer(documentKey(runId))
      if (document) return { runId, title: String(title ?? ''), document: new Uint8Array(document) }
      await redis.lrem(taken, 0, runId)
      return undefined
    },

    async done(runId) {
      await redis.lrem(taken, 0, runId)
      await redis.del(documentKey(runId))
    },

    async recover() {
      while ((await redis.lmove(taken, waiting, 'LEFT', 'RIGHT')) !== null);
    },

    close: () => redis.disconnect(),
  }
}
