import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@llmmon/testkit'
import { expect, it } from 'vitest'
import { launchBrowser, openPage } from './browser.js'
import { codeBlocks, root } from './documents.js'

it('runs the quickstart of the README as it is printed: a server of 15 lines, a page of 10', async () => {
  const blocks = codeBlocks('README.md')
  const server = blocks.find(({ language }) => language === 'js')?.code ?? ''
  const page = blocks.find(({ language }) => language === 'html')?.code ?? ''
  expect(server.trimEnd().split('\n').length).toBeLessThanOrEqual(15)
  expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(10)

  const folder = mkdtempSync(join(tmpdir(), 'llmmon-'))
  symlinkSync(join(root, 'apps/e2e/node_modules'), join(folder, 'node_modules'), 'junction')
  const free = await listen()
  await free.close()
  writeFileSync(join(folder, 'server.mjs'), server.replaceAll('3000', String(free.port)))
  writeFileSync(join(folder, 'page.html'), page)
  const child = spawn(process.execPath, ['server.mjs'], { cwd: folder })
  let output = ''
  child.stderr.on('data', (data) => {
    output += data
  })
  const browser = await launchBrowser()
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (data) => resolve(String(data).trim()))
      child.on('close', () => reject(new Error(`The server ended: ${output}`)))
    })
    const opened = await openPage(browser, url)
    await opened.page.getByText('done: HELLO FROM A CHAIN').waitFor()

    expect(await opened.page.locator('#text').textContent()).toBe(
      '\nsplit: 50 %\nHELLO FROM A CHAIN \nshout: 100 %\ndone: HELLO FROM A CHAIN ',
    )
    expect(opened.faults).toEqual([])
  } finally {
    child.kill()
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
