import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@llmmon/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, openPage } from '../test/browser.js'
import { type Packed, pack } from './project.js'
import { installRecipe, startProgram } from './recipe.js'

let browser: Browser
let packed: Packed

beforeAll(async () => {
  browser = await launchBrowser()
  packed = await pack(join(tmpdir(), `llmmon-recipes-${process.pid}`), ['core', 'client', 'react', 'vue', 'server-ws'])
}, 120_000)
afterAll(() => browser.close())

const shouted = 'WHAT IS SAID IS SAID WORD BY WORD'

/** A port that is free now. */
async function freePort(): Promise<number> {
  const { port, close } = await listen()
  await close()
  return port
}

it('Next: a run is started by a server action, drawn by a server component, and goes on in the page', async () => {
  const project = await installRecipe('next', packed)
  const port = await freePort()
  const pages = `http://localhost:${port}`
  const [, monitorPort] = await startProgram(
    project,
    ['server.mjs'],
    { MONITOR_PORT: '0', PAGES: pages },
    /watch at (\d+)/,
  )
  const env = { CHAIN_SERVER: `http://localhost:${monitorPort}`, NEXT_TELEMETRY_DISABLED: '1' }
  const next = 'node_modules/next/dist/bin/next'
  await project.run(process.execPath, next, 'build')
  await startProgram(project, [next, 'start', '-p', String(port)], env, /Ready/)

  const { page, faults } = await openPage(browser, pages)
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByText('running').waitFor()
  // What a server component draws now, without any script: half of the run, and no word of it from the socket.
  await page.getByText('WHAT IS').waitFor()
  const drawn = await (await fetch(page.url())).text()
  expect(drawn).toMatch(/<b>running<\/b><p>WHAT IS/)
  await page.reload()
  await page.getByText(shouted).waitFor()
  await page.getByText('completed').waitFor()
  await page.screenshot({ path: join(tmpdir(), 'llmmon-recipe-next.png') })

  expect(faults).toEqual([])
  const again = await openPage(browser, `${pages}/runs/nowhere`)
  await again.page.getByText('pending').waitFor()
  await page.close()
  await again.page.close()
})
