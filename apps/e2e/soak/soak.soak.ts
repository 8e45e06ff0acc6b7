import { writeFileSync } from 'node:fs'
import { differences } from '@llmmon/testkit'
import { expect, it } from 'vitest'
import { faults, type Random } from './faults.js'
import { openPage, openRun, setStage } from './stage.js'

const minutes = Number(process.env.LLMMON_SOAK_MINUTES ?? 30)
const seed = Number(process.env.LLMMON_SOAK_SEED ?? Date.now() % 1_000_000)
/** Runs at a time, and pages of each. */
const [runsAtOnce, pagesOfRun] = [6, 4]
/** How long a page may take to show the end of a run whose chain has ended, ms. */
const patienceMs = 120_000

function seeded(start: number): Random {
  let state = start >>> 0
  // mulberry32: small, and good enough to choose faults.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, of: (values) => values[below(values.length)] as (typeof values)[number] }
}

const lasting = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it(
  `${minutes} minutes of runs, viewers and faults lose, double and reorder nothing`,
  async () => {
    const random = seeded(seed)
    const stage = await setStage(3)
    const admin = stage.redis.connect()
    const counts = { runs: 0, pages: 0, left: 0, customs: 0, characters: 0, resets: 0, wrong: 0 }
    const happened: Record<string, number> = {}
    const wrong: string[] = []
    const memory: { minute: number; heapMb: number; rssMb: number; redisMb: number; connections: number }[] = []
    const startedAt = Date.now()
    const endsAt = startedAt + minutes * 60_000
    const isOver = () => Date.now() >= endsAt

    async function playRun(name: string): Promise<void> {
      const { run, chain } = openRun(stage, name, random.of([0, 0, 50, 500]))
      const lengthMs = 3_000 + random.below(25_000)
      counts.runs += 1
      const pages = Promise.all(
        Array.from({ length: pagesOfRun }, async (_, index) => {
          await lasting(random.below(lengthMs))
          await playPage(name, index === 0 && random.below(2) === 0, chain)
        }),
      )
      await lasting(lengthMs)
      chain.end()
      // A page that comes when all is over.
      await run.flushed({ timeoutMs: patienceMs })
      await Promise.all([pages, playPage(name, false, chain)])
      counts.customs += chain.said
      counts.characters += chain.text.length
    }

    async function playPage(name: string, leaves: boolean, chain: { said: number; text: string }): Promise<void> {
      const { client, monitor, log } = openPage(random.of(stage.servers), name)
      counts.pages += 1
      if (leaves) {
        await lasting(random.below(3_000))
        counts.left += 1
        client.close()
        return
      }
      const late = lasting(patienceMs + 30_000).then(() => 'late')
      const end = await Promise.race([monitor.result.catch((error: Error) => error), late])
      counts.resets += log.resets.length
      const found = end === 'late' || end instanceof Error ? [`its end is ${String(end)}`] : differences(log, chain)
      counts.wrong += found.length
      for (const sentence of found) wrong.push(`${name}: ${sentence}`)
      client.close()
    }

    async function playRuns(lane: number): Promise<void> {
      for (let i = 0; !isOver(); i += 1) await playRun(`soak-${lane}-${i}`)
    }

    async function playFaults(): Promise<void> {
      while (!isOver()) {
        await lasting(500 + random.below(2_500))
        const name = random.of(Object.keys(faults))
        happened[name] = (happened[name] ?? 0) + 1
        // A fault that meets another may fail; the connection of the test is cut as others are.
        await Promise.race([faults[name]?.(stage, admin, random).catch(() => undefined), lasting(20_000)])
      }
    }

    async function watchMemory(): Promise<void> {
      for (let minute = 0; !isOver(); minute += 1) {
        globalThis.gc?.()
        const { heapUsed, rss } = process.memoryUsage()
        const info = await Promise.race([admin.info('memory').catch(() => ''), lasting(5_000).then(() => '')])
        const redis = Number(/used_memory:(\d+)/.exec(String(info))?.[1] ?? Number.NaN)
        const connections = stage.servers.reduce((sum, { monitor }) => sum + monitor.stats.connections, 0)
        const mb = (bytes: number) => Math.round(bytes / 1_048_576)
        memory.push({ minute, heapMb: mb(heapUsed), rssMb: mb(rss), redisMb: mb(redis), connections })
        await lasting(Math.min(60_000, Math.max(0, endsAt - Date.now())))
      }
    }

    await Promise.all([...Array.from({ length: runsAtOnce }, (_, lane) => playRuns(lane)), playFaults(), watchMemory()])
    // The links of before are closed by their watchdogs; what is left must go.
    for (const { monitor } of stage.servers) await monitor.close()
    const after = stage.servers.map(({ monitor }) => monitor.stats)
    const report = { minutes, seed, counts, happened, memory, after, wrong: wrong.slice(0, 50) }
    console.log(JSON.stringify(report, null, 2))
    if (process.env.LLMMON_SOAK_REPORT) writeFileSync(process.env.LLMMON_SOAK_REPORT, JSON.stringify(report, null, 2))
    await stage.close()

    expect(wrong).toEqual([])
    expect(after).toEqual(after.map(() => ({ connections: 0, channels: 0 })))
  },
  (minutes + 10) * 60_000,
)
