import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { memoryTransport, monitorChain } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen } from '@llmmon/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { launchBrowser, openPage } from '../test/browser.js'
import { type Packed, pack, removePacked } from './project.js'
import { installRecipe, startProgram } from './recipe.js'

let browser: Browser
let packed: Packed

beforeAll(async () => {
  browser = await launchBrowser()
  packed = await pack(['core', 'client', 'react', 'vue', 'server-ws'])
}, 120_000)
afterAll(async () => {
  await browser.close()
  removePacked(packed)
})

const shouted = 'WHAT IS SAID IS SAID WORD BY WORD'

/** Serves a built page, and beside it a chain, as the server of the Next recipe does. */
async function serve(folder: string): Promise<string> {
  const types: { [end: string]: string } = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  const transport = memoryTransport()
  const shout = monitorChain(
    async (text: string, run) => {
      const words = await run.step('split', () => text.split(' '))
      return run.step('shout', (step) => step.tap(words.map((word) => `${word.toUpperCase()} `)), { kind: 'llm' })
    },
    { name: 'shout', transport, totalSteps: 2 },
  )
  const http = await listen((request, response) => {
    if (request.method === 'POST') return response.end(shout.start(shouted).runId)
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
    return response.end(readFileSync(join(folder, path)))
  })
  const server = createMonitorServer({ transport, authorize: allowAnyone })
  server.attach(http.server)
  onTestFinished(async () => {
    await server.close()
    await transport.close()
    await http.close()
  })
  return http.url
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const { port, close } = await listen()
  await close()
  return port
}

/** Starts a run in the page, reads what the server draws of it half way, takes over, and sees it end. */
async function watchHalfDrawn(url: string, drawnHalf: RegExp, name: string): Promise<void> {
  const { page, faults } = await openPage(browser, url)
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByText('WHAT IS').waitFor()
  // As a server draws it now, without any script: half of the run.
  expect(await (await fetch(page.url())).text()).toMatch(drawnHalf)
  await page.reload()
  await page.getByText(shouted).waitFor()
  await page.getByText('completed').waitFor()
  await page.screenshot({ path: join(tmpdir(), `llmmon-recipe-${name}.png`) })

  expect(faults).toEqual([])
  await page.goto(`${url}/runs/nowhere`)
  await page.getByText('pending').waitFor()
  expect(faults).toEqual([])
  await page.close()
}

it('Next: a run is started by a server action, drawn by a server component, and goes on in the page', async () => {
  const project = await installRecipe('next', packed)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = await startProgram(project, ['server.mjs'], { MONITOR_PORT: '0', PAGES: url }, /watch at (\d+)/)
  const env = { CHAIN_SERVER: `http://localhost:${server[1]}`, NEXT_TELEMETRY_DISABLED: '1' }
  const next = 'node_modules/next/dist/bin/next'
  await project.run(process.execPath, next, 'build')
  await startProgram(project, [next, 'start', '-p', String(port)], env, /Ready/)

  await watchHalfDrawn(url, /<b>running<\/b><p>WHAT IS/, 'next')
})

it('Nuxt: a run is started by a server route, drawn by the server, and goes on in the page', async () => {
  const project = await installRecipe('nuxt', packed)
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = await startProgram(project, ['server.mjs'], { MONITOR_PORT: '0', PAGES: url }, /watch at (\d+)/)
  const env = { NUXT_PUBLIC_CHAIN_SERVER: `http://localhost:${server[1]}`, PORT: String(port) }
  await project.run(process.execPath, 'node_modules/nuxt/bin/nuxt.mjs', 'build')
  await startProgram(project, ['.output/server/index.mjs'], env, /Listening on/)

  await watchHalfDrawn(url, /<b>running<\/b><p>WHAT IS/, 'nuxt')
})

it.each([
  ['tanstack-query', 'a query whose data is the state of the run'],
  ['svelte', 'a readable store'],
  ['solid', 'a signal'],
])('%s: a run is %s', async (name) => {
  const { client, core } = { client: packed['@llmmon/client'] ?? '', core: packed['@llmmon/core'] ?? '' }
  const project = await installRecipe(name, { '@llmmon/client': client, '@llmmon/core': core })
  await project.run(process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error')
  const { page, faults } = await openPage(browser, await serve(join(project.folder, 'dist')))
  for (const _time of ['first', 'second']) {
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('completed').waitFor()
    await page.getByText(shouted).waitFor()
  }
  await page.screenshot({ path: join(tmpdir(), `llmmon-recipe-${name}.png`) })

  expect(faults).toEqual([])
  await page.close()
})
