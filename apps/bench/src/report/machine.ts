import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'

const require = createRequire(import.meta.url)

/** What was measured with: the versions of everything, and how many processors there were. */
export function machine(redisVersion: string): string {
  const versions = ['ws', 'ioredis'].map((name) => `${name} ${versionOf(require.resolve(`${name}/package.json`))}`)
  return [
    `Node ${process.versions.node}`,
    `Redis ${redisVersion}`,
    ...versions,
    `${cpus().length} processors`,
    process.platform,
  ].join(' · ')
}

/** The version in a package.json. */
export function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
