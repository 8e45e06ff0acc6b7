import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { demoPages, reaches } from './demo-page.js'

const markup = `<script>document.title = 'hit'</script>`
const hostile = [
  markup,
  `<img src=x onerror="document.title = 'hit'">`,
  `"><svg onload="document.title='hit'"></svg><style>*{display:none}</style>`,
  `<a href="javascript:document.title='hit'">javascript:document.title='hit'</a>`,
  `{{ constructor.constructor("document.title='hit'")() }}`,
  '\u202Egnp.exe\u2066\u001b[31mred\u001b[2J',
  'W'.repeat(300),
]

/** How the chain ends when its document says so, and the word for it. */
const endings = [
  { ending: 'summary', word: 'completed' },
  { ending: 'other', word: 'completed' },
  { ending: 'fail', word: 'failed' },
  { ending: 'stop', word: 'stopped' },
] as const

let browser: Browser
let url: string
let server: ReturnType<typeof spawn>

beforeAll(async () => {
  const script = fileURLToPath(new URL('other-process/hostile-demo.mjs', import.meta.url))
  server = spawn(process.execPath, [script, JSON.stringify(hostile)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [[printed]] = await Promise.all([
    once(server.stdout as NodeJS.ReadableStream, 'data'),
    launchBrowser().then((launched) => {
      browser = launched
    }),
  ])
  url = String(printed).trim()
})

afterAll(async () => {
  await browser.close()
  server.kill('SIGKILL')
})

/** Opens a page that takes down every break of its content policy, told in either way that browsers have. */
async function openWatched(path: string): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 390, height: 800 } })
  await context.addInitScript(() => {
    const violations: string[] = []
    Object.assign(globalThis, { violations })
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective))
    const observer = new ReportingObserver((reports) => violations.push(...reports.map(({ type }) => String(type))), {
      types: ['csp-violation'],
      buffered: true,
    })
    observer.observe()
  })
  return openPage(context, url + path)
}

const violationsOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)

/** What a page must never have: elements that were text, and room taken from the page. */
const intrudersIn = (page: Page) =>
  page.evaluate(() => ({
    elements: document.querySelectorAll('body script, body style, svg, [onload], [onerror], [href^="javascript"]')
      .length,
    images: document.images.length,
    title: document.title.startsWith('llmmon: watch a chain run'),
    overflow: document.documentElement.scrollWidth - innerWidth,
  }))

describe.concurrent.each(demoPages)('hostile text in every field, on the $name page', ({ path }) => {
  it.each(endings)('is text, and breaks nothing, in a run that ends by "$ending"', async ({ ending, word }) => {
    const { page, faults } = await openWatched(path)
    await page.locator('#text').fill(ending)
    await page.getByRole('button', { name: 'Summarise' }).click()
    await reaches(page, word)
    await page.getByText('Details', { exact: true }).click()
    const said = async (selector: string) => (await page.locator(selector).allTextContents()).join(' ')
    const places = ['#author', '#run-heading', '#run-list .title', '#steps .name', '#steps .detail', '#facts', '#live']
    const last = { summary: '#result', other: '#result', fail: '#error', stop: '#notice' }[ending]
    const texts = await Promise.all([...places, last].map(said))

    for (const text of texts) expect(text).toContain(markup)
    expect(await page.locator('#steps ol ol > li').count()).toBe(1)
    expect(await page.locator('#live p').count()).toBe(ending === 'summary' ? 1 : 2)
    expect(await intrudersIn(page)).toEqual({ elements: 0, images: 1, title: true, overflow: 0 })
    expect(await violationsOf(page)).toEqual([])
    expect(faults).toEqual([])
    await page.context().close()
  })

  it('would be seen if it did', async () => {
    const { page } = await openWatched(path)
    const thrown = await page.evaluate(() => {
      try {
        document.body.innerHTML = '<b>markup</b>'
        return undefined
      } catch (error) {
        return String(error)
      }
    })
    await page.waitForFunction(() => (globalThis as unknown as { violations: string[] }).violations.length > 1)

    expect(thrown).toContain('TrustedHTML')
    expect(new Set(await violationsOf(page))).toEqual(new Set(['require-trusted-types-for', 'csp-violation']))
    await page.context().close()
  })

  it('is kept out of everything else by what the server says of the page', async () => {
    const { headers } = await fetch(url + path)
    const policy = headers.get('content-security-policy') ?? ''

    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
    expect(policy).toContain("object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    expect(policy).toContain(`require-trusted-types-for 'script'; trusted-types ${path === 'vue/' ? 'vue' : "'none'"}`)
    expect(policy).not.toMatch(/unsafe|data:|blob:|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  })
})
