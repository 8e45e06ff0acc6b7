import { fileURLToPath } from 'node:url'
import { tcpProxy } from '@llmmon/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from './browser.js'
import { demoPages, itemOf, openVisit, reaches, reachesStep, runIdOf, summarise } from './demo-page.js'
import { type DemoProcess, startDemo } from './demo-process.js'

let browser: Browser
let demo: DemoProcess
/** Where no run ends before it is stopped. */
let slowDemo: DemoProcess

beforeAll(async () => {
  const slow = startDemo({}, ['--port', '0'], 1_000)
  ;[browser, demo, slowDemo] = await Promise.all([launchBrowser(), startDemo(), slow])
})

afterAll(async () => {
  await browser.close()
  await Promise.all([demo.close(), slowDemo.close()])
})

/** In a page: how much of it moves from now on, by what browsers count as a shift of the layout. */
function watchShifts(): number[] {
  const seen: number[] = []
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.push((entry as PerformanceEntry & { value: number }).value)
  })
  observer.observe({ type: 'layout-shift' })
  return seen
}

// At once, for they wait more than they compute.
describe.concurrent.each(demoPages)('the $name page of the demo', { timeout: 120_000 }, ({ path }) => {
  const open = (from = demo.url) => openVisit(browser, from + path)

  it('says that no LLM is connected, what to do about it, and that nothing runs', async ({ expect }) => {
    const { page, faults } = await open()
    await page.getByText('No LLM is connected').waitFor()
    await page.getByText('OPENAI_BASE_URL').waitFor()
    await page.getByText('Nothing to watch yet').waitFor()

    expect(await page.locator('#connection').textContent()).toBe('nothing running')
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('shows a run to its result and moves nothing meanwhile, reloaded in the middle and in a second tab', async ({
    expect,
  }) => {
    const { page, faults } = await open()
    await summarise(page, 'US Constitution')
    await reachesStep(page, 'outline')
    const shifts = await page.evaluateHandle(watchShifts)
    const second = await openVisit(browser, page.url())
    await page.locator('#steps li', { hasText: 'summary' }).waitFor()
    expect(await shifts.evaluate((seen) => seen.reduce((sum, value) => sum + value, 0))).toBeLessThan(0.001)
    await page.reload()
    await page.locator('#steps li', { hasText: 'split' }).waitFor()
    await Promise.all([reaches(page, 'completed'), reaches(second.page, 'completed')])
    const text = await page.locator('#live').textContent()

    expect(await page.locator('#steps .name').allTextContents()).toEqual([
      'split',
      'rank',
      'outline',
      'summary',
      'keywords',
    ])
    expect(await page.locator('#steps li[data-status="completed"]').count()).toBe(5)
    expect(await page.locator('#steps .time').first().textContent()).toMatch(/^\d+\.\d s$/)
    expect(text?.length).toBeGreaterThan(200)
    expect(await second.page.locator('#live').textContent()).toBe(text)
    expect(await page.locator('#progress').getAttribute('aria-valuenow')).toBe('100')
    expect(await page.locator('#announcement').textContent()).toBe('US Constitution: completed')
    expect(await page.locator('#connection').textContent()).toBe('nothing running')
    await page.getByText('Keywords', { exact: true }).waitFor()
    expect([...faults, ...second.faults]).toEqual([])
    await Promise.all([page, second.page].map((each) => each.context().close()))
  })

  it('shows several runs at once, each in the list and one of them whole', async ({ expect }) => {
    const { page } = await open(slowDemo.url)
    await summarise(page, 'Alice in Wonderland')
    await reachesStep(page, 'outline')
    await summarise(page, 'US Constitution')
    await reachesStep(page, 'outline')
    await summarise(page, 'Not a Text')
    await reaches(page, 'failed')
    const words = page.locator('#run-list .word')

    expect(await page.locator('#connection').textContent()).toBe('live')
    expect(await words.allTextContents()).toEqual(['failed', '40 %', '40 %'])
    await itemOf(page, 'Alice').click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await reaches(page, 'stopped')
    await page.getByText('Stopped: the button on the page').waitFor()
    expect(await page.locator('#run-list a[aria-current]').allTextContents()).toEqual(['–Alice in Wonderlandstopped'])
    await page.goBack()
    await reaches(page, 'failed')
    await page.reload()

    await reaches(page, 'failed')
    await page.getByText('40 %').waitFor()
    expect(await words.allTextContents()).toEqual(['failed', '40 %', 'stopped'])
    await page.getByRole('button', { name: 'Clear finished' }).click()
    expect(await page.locator('#run-list .title').allTextContents()).toEqual(['Not a Text', 'US Constitution'])
    await page.context().close()
  })

  it('stops a run from another tab than the one that started it', async ({ expect }) => {
    const { page } = await open(slowDemo.url)
    await summarise(page, 'Alice in Wonderland')
    await reachesStep(page, 'outline')
    const second = await openVisit(browser, page.url())
    await second.page.getByRole('button', { name: 'Stop' }).click()
    await Promise.all([reaches(page, 'stopped'), reaches(second.page, 'stopped')])

    expect(await page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true)
    await Promise.all([page, second.page].map((each) => each.context().close()))
  })

  it('shows why a run failed', async ({ expect }) => {
    const { page } = await open()
    await summarise(page, 'Not a Text')
    await reaches(page, 'failed')

    expect(await page.locator('#error').textContent()).toContain('Expected a plain text document')
    expect(await page.locator('#steps li[data-status="error"]').count()).toBe(1)
    expect(await itemOf(page, 'Not a Text').locator('.word').textContent()).toBe('failed')
    await page.context().close()
  })

  it('takes a file and pasted text, and refuses none at all', async ({ expect }) => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Summarise' }).click()
    await page.getByText('There is no text yet').waitFor()
    const file = fileURLToPath(new URL('../../demo-server/texts/gettysburg-address.txt', import.meta.url))
    await page.locator('#file').setInputFiles(file)
    await page.getByText('gettysburg-address.txt,').waitFor()
    await page.getByRole('button', { name: 'Summarise' }).click()
    await reaches(page, 'completed')
    await page
      .locator('#text')
      .fill('One thing is certain. Rain falls on the hills. Rivers carry the rain to the sea. The sea gives it back.')
    await page.getByRole('button', { name: 'Summarise' }).click()
    await page.locator('#run-heading', { hasText: 'Pasted text' }).waitFor()
    await reaches(page, 'completed')

    expect(await page.locator('#live').textContent()).toMatch(/rain|sea/i)
    expect(await page.locator('#run-list .title').allTextContents()).toEqual(['Pasted text', 'gettysburg-address.txt'])
    await page.context().close()
  })

  it('says that it reconnects when its connection is cut, and goes on without a hole', async ({ expect }) => {
    const proxy = await tcpProxy(demo.port)
    const { page } = await open(`http://localhost:${proxy.port}/`)
    await summarise(page, 'US Constitution')
    await reachesStep(page, 'outline')
    // Nothing gets through for so long as the page says so.
    proxy.aim(1)
    proxy.cut()
    await page.getByText(/^reconnecting/).waitFor()
    await page.locator('#notice', { hasText: 'The connection is lost' }).waitFor()
    proxy.aim(demo.port)
    await reaches(page, 'completed')
    const whole = await openVisit(browser, `${demo.url}${path}?run=${runIdOf(page)}`)
    await reaches(whole.page, 'completed')

    expect(await page.locator('#live').textContent()).toBe(await whole.page.locator('#live').textContent())
    await Promise.all([page, whole.page].map((each) => each.context().close()))
    await proxy.close()
  })

  it('says so when the address names no run', async ({ expect }) => {
    const { page, faults } = await openVisit(browser, `${demo.url}${path}?run=a%7Db`)
    await page.getByText('Expected a run id').waitFor()

    expect(await page.locator('#nothing').isVisible()).toBe(true)
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('can be used with the keyboard alone', async ({ expect }) => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Gettysburg Address' }).press('Enter')
    await page.getByText('Gettysburg Address,').waitFor()
    await page.keyboard.press('Tab')
    for (const sample of ['US Constitution', 'Alice in Wonderland', 'Not a Text']) {
      expect(await page.locator(':focus').textContent()).toContain(sample)
      await page.keyboard.press('Tab')
    }
    expect(await page.locator(':focus').getAttribute('id')).toBe('text')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await reaches(page, 'completed')

    expect(await itemOf(page, 'Gettysburg').getAttribute('aria-current')).toBe('true')
    await page.context().close()
  })
})

it('keeps the run, and the runs of the visit, from one page to another', async () => {
  const { page, faults } = await openVisit(browser, slowDemo.url)
  await summarise(page, 'Not a Text')
  await reaches(page, 'failed')
  await summarise(page, 'US Constitution')
  await reachesStep(page, 'outline')
  const runId = runIdOf(page)
  for (const name of ['React', 'Vue', 'Plain']) {
    await page.getByRole('link', { name, exact: true }).click()
    await page.locator('nav a[aria-current="page"]', { hasText: name }).waitFor()
    await page.locator('#run-heading', { hasText: 'US Constitution' }).waitFor()
    await page.locator('#steps li', { hasText: 'rank' }).waitFor()
    expect(runIdOf(page)).toBe(runId)
    expect(await page.locator('#run-list .title').allTextContents()).toEqual(['US Constitution', 'Not a Text'])
  }

  expect(faults).toEqual([])
  await page.context().close()
})
