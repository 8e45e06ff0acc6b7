import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { memoryTransport, startRun } from '@llmmon/core'
import { allowAnyone, createMonitorServer } from '@llmmon/server-ws'
import { listen } from '@llmmon/testkit'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchBrowser, openPage } from '../test/browser.js'
import { makeProject, type Packed, type Project, pack, removePacked } from './project.js'

let browser: Browser
let packed: Packed

beforeAll(async () => {
  browser = await launchBrowser()
  packed = await pack(['core', 'client', 'react', 'vue'])
}, 120_000)
afterAll(async () => {
  await browser.close()
  removePacked(packed)
})

const html = (script: string) =>
  `<!doctype html><link rel="icon" href="data:,"><title>app</title><div id="app"></div>${script}\n`

const apps = {
  react: {
    dependencies: { react: '19.3.1', 'react-dom': '19.3.1' },
    main: `import { useChainMonitor } from '@llmmon/react'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'

function App() {
  const { status, text, result } = useChainMonitor('r')
  return createElement('p', null, status + ' ' + text + ' ' + result)
}
createRoot(document.getElementById('app')).render(createElement(App))
`,
  },
  vue: {
    dependencies: { vue: '3.5.45' },
    main: `import { useChainMonitor } from '@llmmon/vue'
import { createApp, h } from 'vue'

const App = {
  setup() {
    const run = useChainMonitor('r')
    return () => h('p', run.value.status + ' ' + run.value.text + ' ' + run.value.result)
  },
}
createApp(App).mount('#app')
`,
  },
}

/** How each installs a folder, and says that packages which nobody has published yet are tarballs here. */
const installers = {
  npm: { command: ['npm', 'install', '--no-audit', '--no-fund'], settings: (files: object) => ({ overrides: files }) },
  pnpm: {
    command: ['npx', '-y', 'pnpm@12.21.0', 'install'],
    settings: () => ({}),
    workspace: (files: object) =>
      `minimumReleaseAge: 0\npmOnFail: ignore\noverrides:\n${Object.entries(files)
        .map(([name, file]) => `  '${name}': '${file}'\n`)
        .join('')}`,
  },
  yarn: { command: ['npx', '-y', 'yarn@1.22.22', 'install'], settings: (files: object) => ({ resolutions: files }) },
}

/** Serves the files of a folder and the runs of a chain, and shows the page. */
async function show(folder: string): Promise<void> {
  const types: { [end: string]: string } = { '.html': 'text/html', '.js': 'text/javascript' }
  const http = await listen((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
    response.end(readFileSync(join(folder, path)))
  })
  const transport = memoryTransport()
  const server = createMonitorServer({ transport, authorize: allowAnyone })
  server.attach(http.server)
  const run = startRun({ name: 'c', transport, runId: 'r' })
  const { page, faults } = await openPage(browser, http.url)
  await page.getByText('running').waitFor()
  run.token('hello')
  run.complete('done')
  await page.getByText('completed hello done').waitFor()

  expect(faults).toEqual([])
  await page.close()
  await server.close()
  await transport.close()
  await http.close()
}

function project(): Project {
  const made = makeProject()
  onTestFinished(() => made.remove())
  return made
}

describe.each(Object.entries(apps))(
  'an app that names of ours only @llmmon/%s',
  (framework, { dependencies, main }) => {
    it.each(Object.entries(installers))('is installed by %s, built by Vite, and works', async (_, installer) => {
      const app = project()
      const tarballs = Object.fromEntries(Object.entries(packed).map(([name, path]) => [name, `file:${path}`]))
      const own = `@llmmon/${framework}`
      const { [own]: named, ...others } = tarballs
      app.write({
        'package.json': {
          name: 'app',
          private: true,
          type: 'module',
          dependencies: { [own]: named, ...dependencies },
          devDependencies: { vite: '8.3.8' },
          ...installer.settings(others),
        },
        'index.html': html('<script type="module" src="/main.js"></script>'),
        'main.js': main,
        ...('workspace' in installer && { 'pnpm-workspace.yaml': installer.workspace(others) }),
      })
      const [command = '', ...args] = installer.command
      await app.run(command, ...args)
      await app.run(process.execPath, 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error')

      await show(join(app.folder, 'dist'))
    })
  },
)

it('watches with a script tag and no bundler, by the file of the package', async () => {
  const app = project()
  app.write({ 'package.json': { name: 'app', private: true } })
  const { '@llmmon/core': core = '', '@llmmon/client': client = '' } = packed
  await app.run('npm', 'install', '--no-audit', '--no-fund', core, client)
  app.write({
    'index.html': html(`<script src="/node_modules/@llmmon/client/dist/chain-monitor.global.js"></script>
<script>
  const monitor = new ChainMonitor('r')
  monitor.subscribe(() => {
    const { status, text, result } = monitor.getSnapshot()
    document.getElementById('app').textContent = status + ' ' + text + ' ' + result
  })
</script>`),
  })

  await show(app.folder)
})
