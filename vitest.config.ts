import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { dieWithParent } from './scripts/lifeline.mjs'

const parent = process.env.LLMMON_TEST_PARENT
if (parent) dieWithParent(Number(parent))

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url))

// A long run of its own, which no other command starts.
const soak = {
  extends: true as const,
  test: { name: 'soak', include: ['apps/e2e/soak/**/*.soak.ts'], execArgv: ['--expose-gc'] },
}

// Tests run on the sources: no build stands between an edit and its test.
const alias = [
  { find: /^@llmmon\/core\/(protocol|state)$/, replacement: source('core/src/$1/index.ts') },
  { find: /^@llmmon\/(core|client|server-ws|testkit|transport-redis)$/, replacement: source('$1/src/index.ts') },
]

export default defineConfig({
  resolve: { alias },
  test: {
    // Most tests wait for something more than they compute.
    maxWorkers: 3,
    projects: [
      ...(process.env.LLMMON_SOAK_MINUTES ? [soak] : []),
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/{bench,demo-server}/test/**/*.test.ts',
            'scripts/test/**/*.test.ts',
          ],
          exclude: ['**/*.dom.test.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'dom', environment: 'happy-dom', include: ['packages/*/test/**/*.dom.test.ts'] },
      },
      {
        // Whole paths, on what the build wrote: the demo server, the global file, a real browser.
        extends: true,
        test: { name: 'e2e', include: ['apps/e2e/test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
})
