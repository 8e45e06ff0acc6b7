import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { reaches, runIdOf, summarise } from './demo-page.js'
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

describe('the server of the demo', () => {
  it('serves the files of its pages, and nothing else of this disk', async () => {
    const statusOf = async (path: string) => (await fetch(demo.url + path, { redirect: 'manual' })).status
    const script = await fetch(`${demo.url}react/app.js`)
    const others = [
      'react/main.tsx',
      'vue/../package.json',
      'react/..%2fpackage.json',
      'package.json',
      'texts/README.md',
    ]

    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await Promise.all(['', 'react/', 'vue/', 'vue/app.css', 'icon.svg'].map(statusOf))).toEqual(
      Array(5).fill(200),
    )
    expect(await Promise.all(others.map(statusOf))).toEqual(others.map(() => 404))
    expect((await fetch(`${demo.url}vue`, { redirect: 'manual' })).headers.get('location')).toBe('/vue/')
  })
})

describe('a page written for the seed', () => {
  it('works as it is: a chain id and four callbacks', async () => {
    const { page } = await openPage(browser, demo.url)
    await summarise(page, 'Gettysburg Address')
    await reaches(page, 'completed')
    const runId = runIdOf(page)
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
