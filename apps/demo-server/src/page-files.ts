import { fileURLToPath } from 'node:url'

/** A file of the pages. */
export interface PageFile {
  readonly path: string
  /** The names of Trusted Types policies that its page's framework makes; Vue makes one, though the page never uses it. */
  readonly trustedTypes: readonly string[]
}

const resolve = (specifier: string) => fileURLToPath(import.meta.resolve(specifier))

const plain = ['index.html', 'seed.html', 'seed.js'].concat(
  ['demo', 'element', 'composer', 'connection-sign', 'outcome', 'run-list', 'run-panel', 'step-list'].map(
    (name) => `${name}.js`,
  ),
)
const shared = { 'demo.css': 'demo.css', 'icon.svg': 'icon.svg', 'page.js': 'page.js' }
const built = ['index.html', 'app.js', 'app.css', 'icon.svg']

/** Every file that is served, by its address: nothing else on this disk can be asked for. */
export const pageFiles: ReadonlyMap<string, PageFile> = new Map([
  ...plain.map((name) => file(`/${name}`, `@llmmon/demo-vanilla/${name}`)),
  ...Object.entries(shared).map(([name, path]) => file(`/${name}`, `@llmmon/demo-page/${path}`)),
  file('/chain-monitor.global.js', '@llmmon/client/chain-monitor.global.js'),
  ...built.map((name) => file(`/react/${name}`, `@llmmon/demo-react/${name}`)),
  ...built.map((name) => file(`/vue/${name}`, `@llmmon/demo-vue/${name}`, ['vue'])),
])

/** The file that an address names; a folder's is its index.html. */
export function pageFileAt(pathname: string): PageFile | undefined {
  return pageFiles.get(pathname.endsWith('/') ? `${pathname}index.html` : pathname)
}

function file(address: string, specifier: string, trustedTypes: readonly string[] = []): [string, PageFile] {
  return [address, { path: resolve(specifier), trustedTypes }]
}
