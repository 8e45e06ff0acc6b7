import { listen, startRedis } from '@llmmon/testkit'
import { expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { startDemo } from './demo-process.js'

/** The newest process of a role that the demo has told of. */
function processOf(output: string, role: string): number {
  const pid = [...output.matchAll(new RegExp(`${role}.*: process (\\d+)`, 'g'))].at(-1)?.[1]
  if (pid === undefined) throw new Error(`The demo has told of no ${role}: ${output}`)
  return Number(pid)
}

it('shows a run to its end though its web server, and then its worker, is killed', async () => {
  const redis = await startRedis()
  const free = await listen()
  await free.close()
  const demo = await startDemo({}, ['--redis', redis.url, '--port', String(free.port)])
  const browser = await launchBrowser()
  try {
    const first = `http://localhost:${free.port}/`
    const second = `http://localhost:${free.port + 1}/`
    while (
      !(await fetch(`${second}api/info`).catch(() => undefined)) ||
      !(await fetch(`${first}api/info`).catch(() => undefined))
    );
    const { page } = await openPage(browser, first)
    await page.getByRole('button', { name: 'US Constitution' }).click()
    await page.getByText('US Constitution,').waitFor()
    await page.getByRole('button', { name: 'Summarise' }).click()
    await page.locator('#steps li[data-status="running"]', { hasText: 'outline' }).waitFor()
    process.kill(processOf(demo.output(), `web server at ${first}`), 'SIGKILL')
    const runId = await page.locator('#run-id').textContent()
    const other = await openPage(browser, `${second}?run=${runId}`)
    await other.page.locator('#steps li[data-status="running"]', { hasText: 'summary' }).waitFor()
    process.kill(processOf(demo.output(), 'worker'), 'SIGKILL')
    const ended = { hasText: /^completed$/ }
    await Promise.all([page.locator('#run-state', ended).waitFor(), other.page.locator('#run-state', ended).waitFor()])
    const texts = await Promise.all([page, other.page].map((each) => each.locator('#live').textContent()))

    expect(texts[0]).toBe(texts[1])
    expect(texts[0]?.length).toBeGreaterThan(200)
  } finally {
    await browser.close()
    await demo.close()
    await redis.close()
  }
})
