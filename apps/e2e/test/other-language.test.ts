import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { type RunEvent, readRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen, type RedisServer, startRedis } from '@llmmon/testkit'
import { redisTransport } from '@llmmon/transport-redis'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

let redis: RedisServer
let transport: Transport
let client: MonitorClient
let url: string
let closers: (() => unknown)[]

beforeEach(async () => {
  redis = await startRedis()
  transport = redisTransport({ url: redis.url })
  const http = await listen()
  const server = createMonitorServer({ transport, authorize: allowAnyone })
  server.attach(http.server)
  url = `${http.wsUrl}/ws`
  client = createMonitorClient({ url, WebSocket })
  closers = [
    () => redis.close(),
    () => transport.close(),
    () => http.close(),
    () => server.close(),
    () => client.close(),
  ]
})

afterEach(async () => {
  for (const close of closers.reverse()) await close()
})

/** A Python that has redis-py; `npm test` finds or fetches one. */
function writeInPython(runId: string, ending: 'complete' | 'cancel'): ChildProcess {
  const { PYTHON_WITH_REDIS: python } = process.env
  if (!python) throw new Error('Expected PYTHON_WITH_REDIS to name a Python that has redis-py; npm test finds one.')
  const script = fileURLToPath(new URL('other-language/write_run.py', import.meta.url))
  const child = spawn(python, [script, redis.url, runId, ending], { stdio: ['ignore', 'pipe', 'inherit'] })
  closers.push(() => child.kill('SIGKILL'))
  return child
}

const text = Array.from({ length: 300 }, (_, i) => `${i} 🦉 `).join('')

describe('a run that Python writes as PROTOCOL.md describes', () => {
  it('is followed live, by who came before it and by who comes in the middle', async () => {
    const early = client.monitor('py')
    const seen: RunEvent[] = []
    early.onEvent((event) => seen.push(event))
    const python = writeInPython('py', 'complete')
    await once(python.stdout as NonNullable<ChildProcess['stdout']>, 'data')
    const late = createMonitorClient({ url, WebSocket })
    closers.push(() => late.close())
    const results = await Promise.all([early.result, late.monitor('py').result])

    expect(results).toEqual(Array(2).fill({ units: text.length }))
    expect(late.monitor('py').getSnapshot()).toMatchObject({ status: 'completed', text, chain: 'python' })
    expect(early.getSnapshot().steps).toMatchObject([{ name: 'count', status: 'completed', result: { counted: 300 } }])
    const seqs = seen.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    expect(await readRun(transport, 'py')).toMatchObject({ metadata: { from: 'redis-py' }, text, tags: [] })
  })

  it('is stopped from a page', async () => {
    const monitor = client.monitor('py')
    const python = writeInPython('py', 'cancel')
    const output: string[] = []
    const waits = new Promise<void>((resolve) => {
      python.stdout?.on('data', (data) => {
        output.push(String(data))
        if (output.join('').includes('waiting')) resolve()
      })
    })
    await waits

    expect(await monitor.cancel('enough')).toBe('accepted')
    await expect(monitor.result).rejects.toMatchObject({ code: 'cancelled', message: 'enough' })
  })
})

describe('the run by hand of PROTOCOL.md', () => {
  it('is shown like any other', async () => {
    const document = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8')
    const [, block = ''] = /```redis\n(HSET[\s\S]*?)```/.exec(document) ?? []
    const admin = new Redis(redis.url)
    closers.push(() => admin.disconnect())
    const monitor = client.monitor('by-hand')
    // JSON stands last in its line, and is one word.
    for (const line of block.trim().split('\n')) {
      const [, words = '', json] = /^(.*?)(?: (\{".*))?$/.exec(line) ?? []
      const [command = '', ...rest] = words.split(' ')
      await admin.call(command, ...rest, ...(json === undefined ? [] : [json]))
    }

    expect(await monitor.result).toBe('done')
    expect(monitor.getSnapshot()).toMatchObject({ text: 'Hello', status: 'completed', metadata: {} })
  })
})
