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

// What installs packages as their users do, which takes its time: `npm run test:long`.
const long = {
  extends: true as const,
  test: { name: 'long', include: ['apps/e2e/long/**/*.long.ts'], testTimeout: 600_000, hookTimeout: 600_000 },
}

// Tests run on the sources: no build stands between an edit and its test.
const alias = [
  { find: /^@llmmon\/core\/(protocol|state)$/, replacement: source('core/src/$1/index.ts') },
  {
    find: /^@llmmon\/(core|client|react|vue|server-ws|testkit|transport-redis)$/,
    replacement: source('$1/src/index.ts'),
  },
]

export default defineConfig({
  resolve: { alias },
  test: {
    // Most tests wait for something more than they compute.
    maxWorkers: 3,
    maxConcurrency: 3,
    projects: [
      ...(process.env.LLMMON_SOAK_MINUTES ? [soak] : []),
      ...(process.env.LLMMON_LONG ? [long] : []),
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/test/**/*.test.ts',
            'apps/{bench,demo-page,demo-server}/test/**/*.test.ts',
            'scripts/test/**/*.test.ts',
          ],
          exclude: ['**/*.dom.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'dom',
          testTimeout: 20_000,
          environment: 'happy-dom',
          env: { REACT_MAJOR: '19' },
          include: ['packages/*/test/**/*.dom.test.{ts,tsx}'],
        },
      },
      {
        // The oldest React that is supported.
        extends: true,
        resolve: {
          alias: [{ find: /^(react(?:-dom)?)(\/.+)?$/, replacement: source('react/test/react-18/node_modules/$1$2') }],
        },
        test: {
          name: 'react-18',
          testTimeout: 20_000,
          environment: 'happy-dom',
          env: { REACT_MAJOR: '18' },
          include: ['packages/react/test/**/*.dom.test.tsx'],
        },
      },
      {
        // Whole paths, on what the build wrote: the demo server, the global file, a real browser.
        extends: true,
        test: { name: 'e2e', include: ['apps/e2e/test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
})
