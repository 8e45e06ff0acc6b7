import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createMonitorClient, type MonitorClient } from '@llmmon/client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { randomFrom, Stranger } from './strangers.js'

const frames = Number(process.env.LLMMON_FUZZ_FRAMES ?? 20_000)
const framesAVisit = 10
const seed = Number(process.env.LLMMON_FUZZ_SEED ?? 20_261_125)
/** How many strangers come at a time. */
const atOnce = 20
/** What a process may keep of all of them: buffers that are kept for others, compiled code. */
const mayKeep = 24 * 2 ** 20

interface State {
  readonly said: number
  readonly asked: number
  readonly bytes: number
  readonly connections: number
  readonly channels: number
}

let server: ChildProcess
let complaints: string
let port: number
let client: MonitorClient

beforeEach(async () => {
  const script = fileURLToPath(new URL('other-process/serve-strangers.mjs', import.meta.url))
  server = spawn(process.execPath, ['--expose-gc', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  complaints = ''
  server.stderr?.on('data', (text) => {
    complaints += text
  })
  port = Number(String((await once(server.stdout as NodeJS.ReadableStream, 'data'))[0]))
  client = createMonitorClient({ url: `ws://127.0.0.1:${port}/ws`, WebSocket })
})

afterEach(async () => {
  client.close()
  if (server.exitCode === null) {
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }
})

async function ask(path: string): Promise<State> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).json() as Promise<State>
}

/** Does a task so many times, some at once. */
async function times(count: number, task: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count && server.exitCode === null) await task(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** Lets strangers loose while somebody watches a run; then all must be as if they had never come. */
async function survives(
  count: number,
  greetings: number,
  visit: (stranger: Stranger, i: number) => Promise<void>,
): Promise<void> {
  const monitor = client.monitor<number>('r')
  const seen: unknown[] = []
  monitor.onCustom(({ data }) => seen.push(data))
  const stranger = (i: number) => new Stranger(port, randomFrom(seed + i))
  // Once before it is measured: what is made once is made then.
  await times(200, (i) => stranger(-1 - i).visit(framesAVisit))
  const before = await ask('/state')
  await times(count, (i) => visit(stranger(i), i))
  expect([server.exitCode, complaints]).toEqual([null, ''])
  await vi.waitFor(async () => expect(await ask('/state')).toMatchObject({ connections: 1, channels: 1 }), {
    timeout: 30_000,
    interval: 500,
  })
  const after = await ask('/state')
  const { said } = await ask('/end')

  expect(await monitor.result).toBe(said)
  expect(seen).toEqual(Array.from({ length: said }, (_, i) => i))
  expect(after.said).toBeGreaterThan(before.said)
  expect(after.asked - before.asked).toBeGreaterThanOrEqual(greetings)
  expect(after.bytes - before.bytes).toBeLessThan(mayKeep + (after.said - before.said) * 300)
}

describe(`strangers (seed ${seed})`, () => {
  const timeout = 60_000 + frames * 2

  it(`who send ${frames} frames of any kind leave the server and its viewer as they were`, { timeout }, async () => {
    // Many are gone before the server has read what they said; the others are asked about.
    await survives(frames / framesAVisit, frames / framesAVisit / 4, (stranger) => stranger.visit(framesAVisit))
  })

  it('who break off a handshake behind each of its bytes do too', async () => {
    await survives(500, 0, (stranger, i) => stranger.breakOff(i % stranger.handshakeLength))
  })
})
