import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { memoryTransport, monitorChain } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen } from '@llmmon/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
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
