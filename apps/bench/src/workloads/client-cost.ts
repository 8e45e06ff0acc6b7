import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Page } from 'playwright-core'
import { llmmonClient, pageFile, socketIoClient } from '../client-files.js'
import type { DriverName } from '../driver-names.js'
import { servePage } from '../load/page-server.js'
import { onStage } from '../processes/stage.js'
import type { Figure, Figures, Row, Size, Workload } from './workload.js'

const perSecond = 2_000
const runIds = ['client']
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']

const figures: readonly Figure[] = [
  { key: 'script', title: 'ms of script per 10,000 tokens', digits: 1, hasRatio: true },
  { key: 'task', title: 'ms of main thread, drawing too', digits: 1, hasRatio: true },
]

/** What tokens cost the page that shows them. */
export const clientCost: Workload = {
  name: 'client',
  title: 'The cost of tokens for a page',
  about:
    'A page in Chromium shows what a run says, 2,000 tokens a second; each page appends what is new to one text node, once a frame. The time of its main thread, as Chromium counts it.',
  cases: (size) => [
    {
      title: '10,000 tokens',
      figures,
      rows: [
        row(size, 'ws', 'limit: WebSocket, JSON.parse', [pageFile('bare.js')]),
        row(size, 'llmmon', '**llmmon**, snapshots', [llmmonClient, pageFile('llmmon.js')]),
        row(size, 'llmmon', '**llmmon**, onToken', [llmmonClient, pageFile('llmmon-handler.js')], 'handler'),
        row(size, 'socket-io', 'Socket.IO', [socketIoClient, pageFile('socket-io.js')]),
      ],
      limit: 'ws',
    },
  ],
}

function row(size: Size, driver: DriverName, title: string, scripts: readonly string[], key: string = driver): Row {
  return { key, title, driver, measure: () => measure(driver, scripts, size === 'quick' ? 2_000 : 5_000) }
}

function measure(driver: DriverName, scripts: readonly string[], ms: number): Promise<Figures> {
  return onStage(driver, async ({ publisher, port }) => {
    await publisher.call('open', runIds)
    const served = await servePage(pageFile('index.html'), scripts)
    const executablePath = process.env.CHROMIUM_PATH
    const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: quiet })
    try {
      const page = await browser.newPage()
      await page.goto(`${served.url}?port=${port}`)
      await page.waitForFunction('window.isJoined')
      const thread = await mainThread(page)
      const before = await thread()
      await publisher.call('pace', { perSecond, what: 'token' })
      await sleep(ms)
      const { said } = await publisher.call<{ said: number }>('stop')
      await page.waitForFunction(`tokens() === ${said}`)
      const after = await thread()
      const per = 10_000 / said
      return { script: (after.script - before.script) * per, task: (after.task - before.task) * per }
    } finally {
      await browser.close()
      served.close()
    }
  })
}

/** How long the main thread of a page has worked, ms. */
async function mainThread(page: Page): Promise<() => Promise<{ script: number; task: number }>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (name: string) => (metrics.find((it) => it.name === name)?.value ?? 0) * 1_000
    return { script: of('ScriptDuration'), task: of('TaskDuration') }
  }
}
