import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { monitorChain } from '@llmmon/core'
import { type RedisServer, startRedis, tcpProxy } from '@llmmon/testkit'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { endAndCompare, join, later, type Page, speak, watch } from './redis-scene.js'

const liveness = { heartbeatMs: 300, leaseMs: 1_200 }
/** How much later than its lease a dead writer's run must have ended, ms. */
const graceMs = 5_000

let redis: RedisServer

beforeEach(async () => {
  redis = later(await startRedis())
})

const own = () => join({ url: redis.url, ...liveness })

/** Resolves when the page shows what is wanted. */
function shows({ monitor }: Page, wanted: (snapshot: ReturnType<Page['monitor']['getSnapshot']>) => boolean) {
  return new Promise<void>((resolve) => {
    const look = () => wanted(monitor.getSnapshot()) && resolve()
    monitor.subscribe(look)
    look()
  })
}

describe('a writer whose process is killed', () => {
  it('is shown as stalled, then its run ends as abandoned, once, on five servers', async () => {
    const pages = await Promise.all(Array.from({ length: 5 }, () => watch('r', own())))
    const script = fileURLToPath(new URL('other-process/write-run.mjs', import.meta.url))
    const args = [redis.url, 'r', String(liveness.heartbeatMs), String(liveness.leaseMs)]
    const writer = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
    later({ close: () => writer.kill('SIGKILL') })
    await Promise.all(pages.map((page) => shows(page, ({ seq }) => seq > 50)))
    writer.kill('SIGKILL')
    const killedAt = Date.now()
    await Promise.all(pages.map((page) => shows(page, ({ stalled }) => stalled)))
    await Promise.all(pages.map((page) => shows(page, ({ status }) => status === 'error')))
    expect(Date.now() - killedAt).toBeLessThan(liveness.leaseMs + graceMs)

    const [first] = pages as [Page]
    for (const { monitor, log } of pages) {
      const said = log.events.flatMap((event) => (event.update_type === 'custom' ? [event.data] : []))
      expect(said).toEqual(said.map((_, index) => index))
      expect(log.events.filter(({ update_type }) => update_type === 'error')).toHaveLength(1)
      expect(monitor.getSnapshot().error).toMatchObject({ code: 'abandoned' })
      expect(log.events.map(({ seq }) => seq)).toEqual(first.log.events.map(({ seq }) => seq))
      expect(await monitor.cancel().catch(({ code }) => code)).toBe('no_writer')
    }
  })
})

describe('a writer that was only cut off', () => {
  it('comes back after its run was given up: pages begin anew and miss nothing', async () => {
    const proxy = later(await tcpProxy(redis.port))
    const pages = await Promise.all([watch('r', own()), watch('r', own())])
    const { chain } = speak(join({ url: `redis://127.0.0.1:${proxy.port}`, ...liveness }))
    await chain.untilSaid(100)
    proxy.blackhole(true)
    await Promise.all(pages.map((page) => shows(page, ({ status }) => status === 'error')))
    proxy.blackhole(false)
    await chain.more(100)

    expect(await endAndCompare(chain, pages)).toEqual([['revived'], ['revived']])
  })

  it('for less than its lease is not given up', async () => {
    const proxy = later(await tcpProxy(redis.port))
    const patient = { heartbeatMs: 300, leaseMs: 30_000 }
    const page = await watch('r', join({ url: redis.url, ...patient }))
    const { chain } = speak(join({ url: `redis://127.0.0.1:${proxy.port}`, ...patient }))
    await chain.untilSaid(50)
    proxy.blackhole(true)
    await shows(page, ({ stalled }) => stalled)
    proxy.blackhole(false)
    await shows(page, ({ stalled }) => !stalled)

    expect(await endAndCompare(chain, [page])).toEqual([[]])
  })
})

describe('two writers of one run', () => {
  it('do not mix: the second chain runs unwatched and says why', async () => {
    const page = await watch('r', own())
    const { chain, run } = speak(own())
    await chain.untilSaid(50)
    await run.flushed()
    const onError = vi.fn()
    const second = monitorChain(
      async (text: string, other) => {
        other.custom('n', 'intruder')
        await other.flushed()
        return `${text}!`
      },
      { name: 'second', transport: own(), onError },
    )

    expect(await second.execute('bare', { runId: 'r' })).toBe('bare!')
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'run_exists' }))
    expect(await endAndCompare(chain, [page])).toEqual([[]])
  })

  it('do not mix: a second one that replaces the first fences it, and pages begin anew', async () => {
    const page = await watch('r', own())
    const onError = vi.fn()
    const first = speak(own(), { onError })
    await first.chain.untilSaid(50)
    await first.run.flushed()
    const { chain } = speak(own(), { ifExists: 'replace' })
    await chain.untilSaid(50)
    first.chain.end()
    expect(await first.run.flushed()).toBe(false)
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'fenced' }))

    expect(await endAndCompare(chain, [page])).toEqual([['replaced']])
  })
})

describe('a chain that says far more than a frozen Redis takes', () => {
  it('is not held up, drops what does not fit and says how much; everything that tells of steps and of its end is there', async () => {
    const patient = () => join({ url: redis.url })
    const page = await watch('r', patient())
    const steps = 200
    redis.freeze(true)
    const chain = monitorChain(
      async (_: string, run) => {
        for (let i = 0; i < steps; i += 1) {
          await run.step(`step ${i}`, () => {
            for (let n = 0; n < 500; n += 1) run.custom('n', 'x'.repeat(100))
          })
        }
        return 'done'
      },
      { name: 'loud', transport: patient(), onError: () => undefined },
    )
    expect(await chain.execute('', { runId: 'r' })).toBe('done')
    redis.freeze(false)

    expect(await page.monitor.result).toBe('done')
    const { steps: shown, dropped } = page.monitor.getSnapshot()
    expect(shown.map(({ status }) => status)).toEqual(Array(steps).fill('completed'))
    const kept = page.log.events.filter(({ update_type }) => update_type === 'custom').length
    expect(kept + dropped).toBe(steps * 500)
    expect(dropped).toBeGreaterThan(0)
    const seqs = page.log.events.map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })
})

describe('cancel through Redis', () => {
  it('is accepted once and again, then the run has ended; afterwards nobody is there', async () => {
    const pages = await Promise.all([watch('r', own()), watch('r', own())])
    const [first, second] = pages as [Page, Page]
    const transport = own()
    const { run, chain } = speak(transport)
    await shows(first, ({ seq }) => seq > 10)
    expect(await Promise.all([first.monitor.cancel('enough'), second.monitor.cancel()])).toEqual([
      'accepted',
      'accepted',
    ])
    chain.pause()
    run.fail(run.signal.reason)
    for (const { monitor } of pages) await expect(monitor.result).rejects.toMatchObject({ code: 'cancelled' })

    expect(await first.monitor.cancel()).toBe('already_ended')
  })

  it('says that nobody is there when the writer has just died', async () => {
    const page = await watch('r', join({ url: redis.url }))
    const proxy = later(await tcpProxy(redis.port))
    const { chain } = speak(join({ url: `redis://127.0.0.1:${proxy.port}` }))
    await shows(page, ({ seq }) => seq > 10)
    chain.pause()
    proxy.cut()
    await proxy.close()

    expect(await page.monitor.cancel().catch(({ code }) => code)).toBe('no_writer')
  })
})
