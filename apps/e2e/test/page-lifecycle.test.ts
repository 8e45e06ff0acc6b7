import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { memoryTransport, startRun, type Transport } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServer } from '@llmmon/server-ws'
import { differences, type Listening, listen, type TcpProxy, talk, tcpProxy, until } from '@llmmon/testkit'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.js'

const script = fileURLToPath(new URL('../../../packages/client/dist/chain-monitor.global.js', import.meta.url))
const files: Readonly<Record<string, string>> = {
  '/': `<!doctype html><title>watch</title><pre id="text"></pre><script src="/monitor.js"></script><script>
    const events = []
    const resets = []
    const monitor = new ChainMonitor('r')
    monitor.onEvent((event) => events.push(event))
    monitor.onReset(({ reason }) => resets.push(reason))
    const states = []
    window.draws = 0
    monitor.subscribe(() => {
      draws += 1
      const { state } = monitor.getSnapshot().connection
      if (state !== states.at(-1)) states.push(state)
      document.getElementById('text').textContent = monitor.getSnapshot().text.slice(-200)
    })
  </script>`,
}

/** A port at which nothing listens. */
const nobody = 1

let browser: Browser
let http: Listening
let link: TcpProxy
let transport: Transport
let server: MonitorServer
let page: Page
let chain: ReturnType<typeof talk> | undefined

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  http = await listen((request, response) => {
    response.setHeader('content-type', request.url === '/monitor.js' ? 'text/javascript' : 'text/html')
    response.end(request.url === '/monitor.js' ? readFileSync(script) : files[request.url ?? '/'])
  })
  link = await tcpProxy(http.port)
  transport = memoryTransport()
  server = createMonitorServer({ transport, authorize: allowAnyone })
  server.attach(http.server)
  page = await (await browser.newContext()).newPage()
})

afterEach(async () => {
  chain?.pause()
  await page.context().close()
  await server.close()
  await transport.close()
  await link.close()
  await http.close()
})

async function openWatching() {
  const run = startRun({ name: 'c', transport, runId: 'r' })
  const own = talk(run)
  await page.goto(`http://127.0.0.1:${link.port}/`)
  await page.waitForFunction('events.length > 100')
  return own
}

/** What the page was told, compared with what the chain has said, once the run has ended. */
async function endAndCompare(chain: ReturnType<typeof talk>) {
  chain.end()
  await page.waitForFunction(`monitor.getSnapshot().status === 'completed'`)
  const { events, resets, text } = (await page.evaluate(
    '({ events, resets, text: monitor.getSnapshot().text })',
  )) as never
  return { wrong: differences({ events }, chain), resets, isWhole: text === chain.text }
}

const whole = { wrong: [], resets: [], isWhole: true }

describe('a page in Chromium', () => {
  it('that the browser freezes in the background goes on where it was', async () => {
    chain = await openWatching()
    const devtools: CDPSession = await page.context().newCDPSession(page)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    link.cut()
    await until(async () => server.stats.connections === 0)
    await chain.more(200)
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })

    expect(await endAndCompare(chain)).toEqual(whole)
  })

  it('that is left and comes back from the cache of the browser goes on where it was', async () => {
    chain = await openWatching()
    // The headless browser keeps no pages: it is told what it would tell of one that it keeps.
    const tell = (name: string) =>
      page.evaluate(`dispatchEvent(new PageTransitionEvent('${name}', { persisted: true }))`)
    await tell('pagehide')
    await until(async () => server.stats.connections === 0)
    await chain.more(200)
    await tell('pageshow')
    await page.waitForFunction('events.length > 300')

    expect(await endAndCompare(chain)).toEqual(whole)
  })

  it('whose network comes and goes says so, and goes on where it was', async () => {
    chain = await openWatching()
    for (let i = 0; i < 3; i += 1) {
      await page.context().setOffline(true)
      // Nobody is there until it has said so: before Chromium plays offline, it could be back within a frame.
      link.aim(nobody)
      link.cut()
      await page.waitForFunction(`states.includes('waiting')`)
      await chain.more(50)
      link.aim(http.port)
      await page.context().setOffline(false)
      await page.waitForFunction(`states.at(-1) === 'open'`)
      await page.evaluate('states.length = 0')
    }

    expect(await endAndCompare(chain)).toEqual(whole)
    // Each time one connection, not a storm of them; each page load has its own few.
    expect(link.accepted).toBeLessThan(20)
  })

  it('draws no more often than the screen does, however fast tokens come, and stays light', async () => {
    const run = startRun({ name: 'c', transport, runId: 'r' })
    await page.goto(`http://127.0.0.1:${link.port}/`)
    await page.waitForFunction('events.length > 0')
    await page.evaluate(`
      events.length = 0
      monitor.onEvent(() => { events.length = 0 })
      window.frames_ = 0
      const count = () => { frames_ += 1; requestAnimationFrame(count) }
      requestAnimationFrame(count)
      window.draws = 0
      window.longTasks = []
      new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
        .observe({ type: 'longtask' })`)
    const devtools = await page.context().newCDPSession(page)
    const heapMb = async () => {
      await devtools.send('HeapProfiler.collectGarbage')
      return (await devtools.send('Runtime.getHeapUsage')).usedSize / 1_048_576
    }
    const before = await heapMb()
    for (let i = 0; i < 200; i += 1) {
      for (let j = 0; j < 1_000; j += 1) run.token('word ')
      await run.flushed()
      await new Promise((resolve) => setImmediate(resolve))
    }
    run.complete()
    await page.waitForFunction(`monitor.getSnapshot().status === 'completed'`)
    const seen = (await page.evaluate(
      '({ draws, frames: frames_, longTasks, length: monitor.getSnapshot().text.length })',
    )) as { draws: number; frames: number; longTasks: number[]; length: number }
    const grown = (await heapMb()) - before
    if (process.env.LLMMON_SHOW) console.log(JSON.stringify({ ...seen, grown }))

    expect(seen.length).toBe(1_000_000)
    // One for each frame, and at once for the end.
    expect(seen.draws).toBeLessThanOrEqual(seen.frames + 2)
    // The text itself is a megabyte; the log and the state each hold it.
    expect(grown).toBeLessThan(10)
  })
})
