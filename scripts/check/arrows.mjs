import { posix } from 'node:path'

/**
 * What each published package may depend on: of the workspace, and of the world. A package that is not named here has to
 * be added, which is a decision about the architecture (ARCHITECTURE.md draws these arrows).
 *
 * @type {Record<string, { workspace: string[], world: string[] }>}
 */
const arrows = {
  core: { workspace: [], world: [] },
  client: { workspace: ['core'], world: ['eventemitter3'] },
  'server-ws': { workspace: ['core'], world: ['ws', '@types/ws', 'rate-limiter-flexible', 'jose'] },
  // The second is the first one's own hash of keys, which it does not export.
  'transport-redis': { workspace: ['core'], world: ['ioredis', 'cluster-key-slot'] },
  react: { workspace: ['client'], world: ['react'] },
  vue: { workspace: ['client'], world: ['vue'] },
  langchain: { workspace: ['core'], world: ['@langchain/core'] },
  'ai-sdk': { workspace: ['core'], world: ['ai'] },
  openai: { workspace: ['core'], world: ['openai'] },
  otel: { workspace: ['core'], world: ['@opentelemetry/api'] },
}

/** Packages that run in browsers too: they may load a Node module while running, never by a static import. */
const runsInBrowsers = new Set(['core', 'client', 'react', 'vue'])

/** Folders that import nothing of their own package outside the listed folders. */
const floors = [
  { folder: 'packages/core/src/protocol', mayImport: ['packages/core/src/protocol'] },
  { folder: 'packages/core/src/state', mayImport: ['packages/core/src/state', 'packages/core/src/protocol'] },
]

/** The entries of a package that a deep import may name. */
const subpaths = new Set([
  '@llmmon/core/protocol',
  '@llmmon/core/state',
  '@llmmon/client/chain-monitor.global.js',
  '@llmmon/demo-page/demo.css',
  '@llmmon/demo-page/icon.svg',
])

const testkit = '@llmmon/testkit'
const workspaceName = /^@llmmon\/[^/]+/

/**
 * Every dependency and import that runs against the arrows, one sentence each.
 *
 * @param {import('./source-tree.mjs').Member[]} members
 * @returns {string[]}
 */
export function wrongArrows(members) {
  return members.flatMap((member) => [
    ...wrongDependencies(member),
    ...member.files.flatMap((file) => wrongImports(member, file, members)),
  ])
}

/**
 * @param {import('./source-tree.mjs').Member} member
 * @returns {string[]}
 */
function wrongDependencies({ folder, name, private: isPrivate, dependencies }) {
  if (isPrivate || !folder.startsWith('packages/')) return []
  const rule = arrows[shortName(name)]
  if (!rule) return [`${folder}: ${name} has no arrows yet; say in scripts/check/arrows.mjs what it may depend on`]
  const allowed = new Set([...rule.workspace.map((it) => `@llmmon/${it}`), ...rule.world])
  return dependencies
    .filter((it) => !allowed.has(it))
    .map((it) => `${folder}/package.json: ${name} may not depend on ${it}`)
}

/**
 * @param {import('./source-tree.mjs').Member} member
 * @param {import('./source-file.mjs').SourceFile} file
 * @param {import('./source-tree.mjs').Member[]} members
 * @returns {string[]}
 */
function wrongImports(member, file, members) {
  return file.imports.flatMap((it) => {
    const wrong = it.specifier.startsWith('.')
      ? wrongRelative(member, file, it)
      : wrongPackage(member, file, it, members)
    return wrong ? [`${file.path}: ${wrong}`] : []
  })
}

/**
 * @param {import('./source-tree.mjs').Member} member
 * @param {import('./source-file.mjs').SourceFile} file
 * @param {import('./source-file.mjs').Import} imported
 */
function wrongRelative({ folder }, { path }, { specifier }) {
  const target = posix.join(posix.dirname(path), specifier)
  if (!isInside(target, folder)) return `'${specifier}' leaves ${folder}; import the package by its name`
  const floor = floors.find((it) => isInside(path, it.folder))
  if (floor && !floor.mayImport.some((it) => isInside(target, it))) {
    return `'${specifier}' leaves ${floor.folder}, which stands on ${floor.mayImport.join(' and ')} alone`
  }
  return undefined
}

/**
 * @param {import('./source-tree.mjs').Member} member
 * @param {import('./source-file.mjs').SourceFile} file
 * @param {import('./source-file.mjs').Import} imported
 * @param {import('./source-tree.mjs').Member[]} members
 */
function wrongPackage(member, { path }, { specifier, typeOnly, dynamic }, members) {
  const isTest = path.startsWith(`${member.folder}/test/`)
  const short = shortName(member.name)
  const target = workspaceName.exec(specifier)?.[0]
  if (target && specifier !== target && !subpaths.has(specifier))
    return `'${specifier}' is a deep import; use what ${target} exports`
  if (isTest || member.name === testkit) return undefined

  if (specifier.startsWith('node:')) {
    const quiet = typeOnly || dynamic || !runsInBrowsers.has(short)
    return quiet ? undefined : `'${specifier}' is of Node alone, and ${member.name} runs in browsers too`
  }
  if (target === testkit) return `only tests may import ${testkit}`
  if (
    target &&
    members.some((it) => it.name === target && it.folder.startsWith('apps/')) &&
    !member.folder.startsWith('apps/')
  ) {
    return `${target} is an app; nothing but an app may import one`
  }
  if (short === 'client' && specifier === '@llmmon/core' && !typeOnly) {
    return `'${specifier}' carries the writer; a client imports values from @llmmon/core/protocol and @llmmon/core/state`
  }
  const name = target ?? packageName(specifier)
  if (name === member.name) return `'${specifier}' is this very package; import the file`
  return member.dependencies.includes(name) ? undefined : `'${specifier}' is not a dependency of ${member.name}`
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** @param {string} name */
function shortName(name) {
  return name.replace('@llmmon/', '')
}

/**
 * @param {string} path
 * @param {string} folder
 */
function isInside(path, folder) {
  return path === folder || path.startsWith(`${folder}/`)
}
