import { createFakeLlm } from '@llmmon/testkit'
import { expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { startDemo } from './demo-process.js'

it('writes with the model that OPENAI_BASE_URL names, shows who writes, and stops the model with the run', async () => {
  let isEndless = false
  // What is to be stopped must not come to its end by itself, however busy the machine.
  async function* endless() {
    for (;;) yield 'on and on '
  }
  const llm = await createFakeLlm({
    tokenDelayMs: 5,
    reply: ({ prompt }) => (isEndless ? endless() : `You said: ${prompt.slice(0, 200)}`),
  })
  const demo = await startDemo({ OPENAI_BASE_URL: llm.url, OPENAI_API_KEY: 'test', OPENAI_MODEL: 'fake-model' })
  const browser = await launchBrowser()
  try {
    const { page, faults } = await openPage(browser, demo.url)
    await page.getByText('Written by').waitFor()
    await page.getByRole('button', { name: 'Gettysburg Address' }).click()
    await page.getByText('Gettysburg Address,').waitFor()
    await page.getByRole('button', { name: 'Summarise' }).click()
    await page.locator('#run-state', { hasText: /^completed$/ }).waitFor()
    expect(llm.requests.length).toBeGreaterThanOrEqual(3)

    isEndless = true
    await page.getByRole('button', { name: 'Summarise' }).click()
    await page.locator('#steps li[data-status="running"]', { hasText: 'outline' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('#run-state', { hasText: /^stopped$/ }).waitFor()
    expect(await llm.requests.at(-1)?.ended).toBe('aborted')
    expect(faults).toEqual([])
  } finally {
    await browser.close()
    await demo.close()
    await llm.close()
  }
})
