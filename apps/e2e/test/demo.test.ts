import { fileURLToPath } from 'node:url'
import { tcpProxy } from '@llmmon/testkit'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { type DemoProcess, runDemo, startDemo } from './demo-process.js'

let browser: Browser
let demo: DemoProcess

beforeAll(async () => {
  ;[browser, demo] = await Promise.all([launchBrowser(), startDemo()])
})

afterAll(async () => {
  await browser.close()
  await demo.close()
})

async function start(page: Page, sample: string): Promise<void> {
  await page.getByRole('button', { name: sample }).click()
  await page.getByText(`${sample},`).waitFor()
  await page.getByRole('button', { name: 'Summarise' }).click()
}

const state = (page: Page) => page.locator('#run-state')

async function reaches(page: Page, word: string): Promise<void> {
  await page.locator('#run-state', { hasText: new RegExp(`^${word}$`) }).waitFor({ timeout: 60_000 })
}

describe('the demo page', () => {
  it('says that no LLM is connected, and what to do about it', async () => {
    const { page } = await openPage(browser, demo.url)

    expect(await page.locator('#author').textContent()).toBeTruthy()
    await page.getByText('No LLM is connected').waitFor()
    await page.getByText('OPENAI_BASE_URL').waitFor()
    await page.close()
  })

  it('shows a run from its start to its result, reloaded in the middle and in a second tab', async () => {
    const { page, faults } = await openPage(browser, demo.url)
    await start(page, 'US Constitution')
    await page.locator('#steps li[data-status="running"]', { hasText: 'summary' }).waitFor()
    const second = await openPage(browser, page.url())
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
    expect(await page.locator('#steps .time').first().textContent()).toMatch(/\d\.\d s/)
    expect(text?.length).toBeGreaterThan(200)
    expect(await second.page.locator('#live').textContent()).toBe(text)
    expect(await page.locator('#progress').getAttribute('aria-valuenow')).toBe('100')
    await page.getByText('Keywords', { exact: true }).waitFor()
    expect([...faults, ...second.faults]).toEqual([])
    await page.close()
    await second.page.close()
  })

  it('stops a run, from another tab than the one that started it', async () => {
    const { page } = await openPage(browser, demo.url)
    await start(page, 'Alice in Wonderland')
    await page.locator('#steps li[data-status="running"]', { hasText: 'summary' }).waitFor()
    const second = await openPage(browser, page.url())
    await second.page.getByRole('button', { name: 'Stop' }).click()
    await Promise.all([reaches(page, 'stopped'), reaches(second.page, 'stopped')])

    expect(await page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true)
    await page.close()
    await second.page.close()
  })

  it('shows why a run failed', async () => {
    const { page } = await openPage(browser, demo.url)
    await start(page, 'Not a Text')
    await reaches(page, 'failed')

    expect((await page.locator('#error').textContent())?.length).toBeGreaterThan(10)
    expect(await page.locator('#steps li[data-status="error"]').count()).toBe(1)
    await page.close()
  })

  it('takes a file and pasted text, and refuses none at all', async () => {
    const { page } = await openPage(browser, demo.url)
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
    await page.locator('#run-state', { hasText: 'running' }).waitFor()
    await reaches(page, 'completed')

    expect(await page.locator('#live').textContent()).toMatch(/rain|sea/i)
    await page.close()
  })

  it('shows markup in a document as text, and breaks no rule of its content policy', async () => {
    const { page, faults } = await openPage(browser, demo.url)
    const hostile =
      '<img src=x onerror="document.title=1"> <script>document.title=2</script> is what the first sentence says.'
    await page
      .locator('#text')
      .fill(`${hostile} The second sentence says ${hostile} A third follows them. A fourth one too.`)
    await page.getByRole('button', { name: 'Summarise' }).click()
    await reaches(page, 'completed')

    expect(await page.title()).toBe('llmmon: watch a chain run')
    expect(await page.locator('#live img, #steps img, #result img').count()).toBe(0)
    expect(faults).toEqual([])
    await page.close()
  })

  it('says that it reconnects when its connection is cut, and goes on without a hole', async () => {
    const proxy = await tcpProxy(demo.port)
    const { page } = await openPage(browser, `http://localhost:${proxy.port}/`)
    await start(page, 'US Constitution')
    await page.locator('#steps li[data-status="running"]', { hasText: 'summary' }).waitFor()
    proxy.cut()
    await page.locator('#connection[data-state="waiting"], #connection[data-state="connecting"]').waitFor()
    await reaches(page, 'completed')
    const cutText = await page.locator('#live').textContent()
    const runId = await page.locator('#run-id').textContent()
    const whole = await openPage(browser, `${demo.url}?run=${runId}`)
    await reaches(whole.page, 'completed')

    expect(cutText).toBe(await whole.page.locator('#live').textContent())
    await page.close()
    await whole.page.close()
    await proxy.close()
  })

  it('says so when there is no such run', async () => {
    const { page } = await openPage(browser, `${demo.url}?run=a%7Db`)
    await page.getByText('Expected a run id').waitFor()

    expect(await state(page).count()).toBe(1)
    await page.close()
  })
})

describe('a page written for the seed', () => {
  it('works as it is: a chain id and four callbacks', async () => {
    const { page } = await openPage(browser, demo.url)
    await start(page, 'Gettysburg Address')
    await reaches(page, 'completed')
    const runId = await page.locator('#run-id').textContent()
    const seed = await openPage(browser, `${demo.url}seed.html?chain=${runId}`)
    await seed.page.getByText('complete completed').waitFor()
    const lines = ((await seed.page.locator('#log').textContent()) ?? '').trim().split('\n')

    expect(lines[0]).toBe('start started')
    expect(
      lines.filter((line) => line.startsWith('step')).map((line) => line.split(' ').slice(0, 3).join(' ')),
    ).toEqual(['step split 20%', 'step rank 40%', 'step outline 60%', 'step summary 80%', 'step keywords 100%'])
    expect(seed.faults).toEqual([])
    await page.close()
    await seed.page.close()
  })
})

describe('the demo in the terminal', () => {
  it('does the same job, prints the result and ends', async () => {
    const { code, output } = await runDemo(['--run', 'apps/demo-server/texts/gettysburg-address.txt'])

    expect(code).toBe(0)
    expect(output).toContain('100 % keywords: completed')
    expect(output).toContain('Outline')
    expect(output).toMatch(/Keywords: \w/)
  })

  it('says what is wrong with a file or an option, and ends with 1', async () => {
    const missing = await runDemo(['--run', 'no-such-file.txt'])
    const broken = await runDemo(['--run', 'apps/demo-server/texts/not-a-text.png'])
    const wrong = await runDemo(['--fly'])

    expect([missing.code, broken.code, wrong.code]).toEqual([1, 1, 1])
    expect(missing.output).toContain('no-such-file.txt')
    expect(wrong.output).toContain('Usage')
  })
})
