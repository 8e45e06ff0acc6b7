import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'

/** What a Redis has done so far. */
export interface RedisUse {
  readonly cpuMicros: number
  /** How often each command was called, by clients and inside scripts. */
  readonly calls: ReadonlyMap<string, number>
  readonly version: string
}

/** A Redis of our own, which keeps nothing. */
export interface BenchRedis {
  readonly url: string
  readonly connection: Redis
  use(): Promise<RedisUse>
  close(): Promise<void>
}

// It dies with the pipe on its input, and so with this process, however that ends.
const keeper = '"$@" >/dev/null & p=$!; read _; kill -9 $p; wait $p 2>/dev/null'
/** Starts a Redis on a free port. @throws (rejects with) Error when there is none. */
export async function startRedis(): Promise<BenchRedis> {
  const program = process.env.REDIS_SERVER
  if (!program) throw new Error('Expected REDIS_SERVER to name a redis-server; npm run bench finds or fetches one.')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-bench-'))
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn('sh', ['-c', keeper, 'sh', program, ...settings], { stdio: ['pipe', 'inherit', 'inherit'] })
  const connection = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  connection.on('error', () => undefined)
  await connection.ping()
  return {
    url: `redis://127.0.0.1:${port}`,
    connection,
    async use() {
      const info = await connection.info('all')
      const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
      const calls = [...info.matchAll(/^cmdstat_([\w|-]+):calls=(\d+)/gm)]
      return {
        cpuMicros: (Number(field('used_cpu_sys')) + Number(field('used_cpu_user'))) * 1e6,
        calls: new Map(calls.map(([, name = '', count]) => [name, Number(count)])),
        version: field('redis_version'),
      }
    },
    async close() {
      connection.disconnect()
      const gone = once(child, 'close')
      child.stdin?.end()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What was asked of a Redis between two looks: requests that crossed the wire, and all commands, those inside scripts too. */
export function asked(before: RedisUse, after: RedisUse): { readonly requests: number; readonly commands: number } {
  const between = (...names: readonly string[]) =>
    names.reduce((sum, name) => sum + (after.calls.get(name) ?? 0) - (before.calls.get(name) ?? 0), 0)
  const scripts = between('eval', 'evalsha')
  // Where scripts write, the writes inside them are no requests; blocking reads are made beside either.
  const requests = (scripts > 0 ? scripts : between('publish', 'xadd', 'xrange')) + between('xread')
  const unasked = ['info', 'ping', 'subscribe', 'psubscribe', 'client']
  return { requests, commands: between(...[...after.calls.keys()].filter((name) => !unasked.includes(name))) }
}
