import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeBlocks, root } from '../../test/documents.js'
import { type Program, startProgram } from '../recipes/program.js'

const guide = 'docs/guides/deploy.md'

/** A piece of the guide in a language, with other words in place of some of its own. @throws Error when one of them is not there. */
export function fromGuide(language: string, changes: readonly (readonly [from: string, to: string])[]): string {
  const found = codeBlocks(guide).find((block) => block.language === language)
  if (!found) throw new Error(`Expected ${guide} to have a block of ${language}.`)
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`Expected the ${language} of ${guide} to say ${JSON.stringify(from)}.`)
    return text.replaceAll(from, to)
  }, found.code)
}

/** The web server of the guide, in a folder of its own. */
export interface GuideServer {
  /** Starts it on this port. */
  start(port: number): Promise<Program>
  close(): void
}

// What the guide leaves to its readers: a user is who the cookie says.
const auth = `
export const authenticate = (request) => /user=(\\w+)/.exec(request.headers.cookie ?? '')?.[1]
export const authorize = async ({ principal, run }) => (await run())?.metadata.userId === principal
`

/** Writes the web server of the guide into a folder where it finds our packages as they were built. */
export function guideServer(redisUrl: string, changes: readonly (readonly [from: string, to: string])[]): GuideServer {
  const folder = mkdtempSync(join(tmpdir(), 'llmmon-deploy-'))
  symlinkSync(join(root, 'apps/e2e/node_modules'), join(folder, 'node_modules'), 'junction')
  writeFileSync(join(folder, 'server.mjs'), fromGuide('js', changes))
  writeFileSync(join(folder, 'auth.mjs'), auth)
  return {
    start: (port) =>
      startProgram(['node', 'server.mjs'], {
        cwd: folder,
        env: { ...process.env, PORT: String(port), REDIS_URL: redisUrl },
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
