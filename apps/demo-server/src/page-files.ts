import { fileURLToPath } from 'node:url'

/** A file of the pages. */
export interface PageFile {
  readonly path: string
  /** The names of Trusted Types policies that its page's framework makes; Vue makes one, though the page never uses it. */
  readonly trustedTypes: readonly string[]
}

const plain = folderOf(import.meta.resolve('@llmmon/demo-vanilla/index.html'))
const plainFiles = ['index.html', 'seed.html', 'seed.js'].concat(
  ['demo', 'element', 'composer', 'connection-sign', 'outcome', 'run-list', 'run-panel', 'step-list'].map(
    (name) => `${name}.js`,
  ),
)
const react = folderOf(import.meta.resolve('@llmmon/demo-react/index.html'))
const vue = folderOf(import.meta.resolve('@llmmon/demo-vue/index.html'))
const builtFiles = ['index.html', 'app.js', 'app.css', 'icon.svg']

/** Every file that is served, by its address: nothing else on this disk can be asked for. */
const pageFiles: ReadonlyMap<string, PageFile> = new Map([
  ...plainFiles.map((name) => file(`/${name}`, plain + name)),
  file('/demo.css', fileURLToPath(import.meta.resolve('@llmmon/demo-page/demo.css'))),
  file('/icon.svg', fileURLToPath(import.meta.resolve('@llmmon/demo-page/icon.svg'))),
  file('/page.js', fileURLToPath(import.meta.resolve('@llmmon/demo-page/page.js'))),
  file('/chain-monitor.global.js', fileURLToPath(import.meta.resolve('@llmmon/client/chain-monitor.global.js'))),
  ...builtFiles.map((name) => file(`/react/${name}`, react + name)),
  ...builtFiles.map((name) => file(`/vue/${name}`, vue + name, ['vue'])),
])

/** The file that an address names; a folder's is its index.html. */
export function pageFileAt(pathname: string): PageFile | undefined {
  return pageFiles.get(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
}

function folderOf(file: string): string {
  return fileURLToPath(new URL('.', file))
}

function file(address: string, path: string, trustedTypes: readonly string[] = []): [string, PageFile] {
  return [address, { path, trustedTypes }]
}
