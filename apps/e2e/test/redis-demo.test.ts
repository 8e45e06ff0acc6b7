import { freePortPair, startRedis, until } from '@llmmon/testkit'
import { expect, it } from 'vitest'
import { launchBrowser } from './browser.js'
import { openVisit, reaches, reachesStep, runIdOf, summarise } from './demo-page.js'
import { startDemo } from './demo-process.js'

/** The newest process of a role that the demo has told of. */
function processOf(output: string, role: string): number {
  const pid = [...output.matchAll(new RegExp(`${role}.*: process (\\d+)`, 'g'))].at(-1)?.[1]
  if (pid === undefined) throw new Error(`The demo has told of no ${role}: ${output}`)
  return Number(pid)
}

it('shows a run to its end on each of the pages though its web server, and then its worker, is killed', async () => {
  const redis = await startRedis()
  const port = await freePortPair()
  const demo = await startDemo({}, ['--redis', redis.url, '--port', String(port)], 6)
  const browser = await launchBrowser()
  try {
    const first = `http://localhost:${port}/`
    const second = `http://localhost:${port + 1}/`
    for (const url of [first, second]) await until(async () => (await fetch(`${url}api/info`)).ok)
    const { page } = await openVisit(browser, first)
    await summarise(page, 'US Constitution')
    await reachesStep(page, 'outline')
    const others = await Promise.all(
      ['react/', 'vue/'].map((path) => openVisit(browser, `${first}${path}?run=${runIdOf(page)}`)),
    )
    const pages = [page, ...others.map((other) => other.page)]
    await Promise.all(pages.map((each) => each.locator('#connection[data-state="open"]').waitFor()))
    process.kill(processOf(demo.output(), `web server at ${first}`), 'SIGKILL')
    await Promise.all(pages.map((each) => each.locator('#connection', { hasText: 'reconnecting' }).waitFor()))
    const other = await openVisit(browser, `${second}?run=${runIdOf(page)}`)
    pages.push(other.page)
    process.kill(processOf(demo.output(), 'worker'), 'SIGKILL')
    await Promise.all(pages.map((each) => reaches(each, 'completed')))
    const texts = await Promise.all(pages.map((each) => each.locator('#live').textContent()))

    expect(texts).toEqual(pages.map(() => texts[0]))
    expect(texts[0]?.length).toBeGreaterThan(200)
  } finally {
    await browser.close()
    await demo.close()
    await redis.close()
  }
}, 120_000)
