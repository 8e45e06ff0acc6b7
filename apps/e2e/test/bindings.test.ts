import { fileURLToPath } from 'node:url'
import { memoryTransport, type Run, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer, type MonitorServer } from '@llmmon/server-ws'
import { type Listening, listen } from '@llmmon/testkit'
import type { Browser, Page } from 'playwright-core'
import { build } from 'rolldown'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import type {} from './pages/page-counts.js'

const transport = memoryTransport()
let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await transport.close()
})

describe.each(['react.tsx', 'vue.ts'])('a page of %s in Chromium', (source) => {
  let http: Listening
  let server: MonitorServer
  let script: string
  let page: Page
  let faults: string[]
  let n = 0

  beforeAll(async () => {
    script = await bundled(source)
    http = await listen((request, response) => {
      const isScript = request.url === '/page.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
      response.end(
        isScript
          ? script
          : '<!doctype html><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="/page.js"></script>',
      )
    })
    server = createMonitorServer({ transport, authorize: allowAnyone })
    server.attach(http.server)
  })
  afterAll(async () => {
    await server.close()
    await http.close()
  })

  async function open(): Promise<void> {
    ;({ page, faults } = await openPage(browser, http.url))
    await page.waitForFunction(() => 'page' in window)
  }
  afterEach(async () => {
    expect(faults).toEqual([])
    await page.close()
  })

  function started(): Run {
    n += 1
    return startRun({ name: 'fast', transport, runId: `${source.split('.')[0]}-${n}` })
  }
  const show = (runId: string | null) => page.evaluate((id) => window.page.show(id), runId)
  const texts = () => page.locator('p').allTextContents()
  const isShown = (status: string) =>
    page.waitForFunction((it) => document.querySelector('h1')?.textContent === it, status)

  it('draws 1,000 tokens a second in fifty components once a frame at most, and the status twice in all', async () => {
    await open()
    const run = started()
    await show(run.runId)
    await isShown('running')
    const before = await page.evaluate(() => window.page.statusDraws)
    await everyMs(1_000, () => run.token('x'))
    await page.waitForFunction(() => document.querySelector('p')?.textContent?.length === 1_000)
    const { draws, statusDraws } = await page.evaluate(() => ({
      draws: window.page.drawsOfFrame.filter((count) => count > 0),
      statusDraws: window.page.statusDraws,
    }))
    run.complete('done')
    await isShown('completed')

    expect(statusDraws).toBe(before)
    expect(await page.evaluate(() => window.page.statusDraws)).toBe(before + 1)
    expect(Math.max(...draws)).toBe(1)
    expect(draws.length).toBeGreaterThan(5)
    expect(await texts()).toEqual(Array(50).fill('x'.repeat(1_000)))
  })

  it('follows rapid changes of the run, leaves before anything is open, and comes back', async () => {
    await open()
    const runs = Array.from({ length: 10 }, () => started())
    for (const run of runs) run.token(`of ${run.runId}`)
    await page.evaluate(
      (ids) => {
        for (const id of [...ids, 'nothing']) window.page.show(id)
      },
      runs.map(({ runId }) => runId),
    )
    await page.waitForFunction(() => document.querySelectorAll('p').length === 0)
    const last = runs[9]?.runId ?? ''
    await show(runs[0]?.runId ?? '')
    await show(null)
    await show(last)
    await page.waitForFunction((text) => document.querySelector('p')?.textContent === text, `of ${last}`)

    expect(new Set(await texts())).toEqual(new Set([`of ${last}`]))
    await show('nothing')
    for (const run of runs) run.complete()
  })

  it('stops the run with cancel as the handler of a click', async () => {
    await open()
    const run = started()
    run.signal.addEventListener('abort', () => run.fail(run.signal.reason))
    await show(run.runId)
    await isShown('running')
    await page.locator('button').click()

    await isShown('cancelled')
  })
})

/** Calls so many times, one call a millisecond in the mean. */
async function everyMs(times: number, call: () => void): Promise<void> {
  const startedAt = performance.now()
  for (let done = 0; done < times; ) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    for (const due = Math.min(times, performance.now() - startedAt); done < due; done += 1) call()
  }
}

async function bundled(source: string): Promise<string> {
  const { output } = await build({
    input: fileURLToPath(new URL(`./pages/${source}`, import.meta.url)),
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  return output[0].code
}
