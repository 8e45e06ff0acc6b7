import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryTransport } from '../../src/index.js'
import { foundOnce } from './found-once.js'
import { play, step } from './history.js'
import { memoryWorld } from './world.js'

/** Histories in `npm test`; a long run sets more. */
const histories = Number(process.env.LLMMON_MODEL_RUNS ?? 50)

function newWorld() {
  let skipped = 0
  const transport = memoryTransport({ now: () => Date.now() + skipped, retentionMs: 1e12 })
  return memoryWorld(transport, (ms) => {
    skipped += ms
  })
}

describe(`${histories} random histories in memory`, () => {
  it('leave every viewer with all that was said, in order and once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
        expect(await play(newWorld(), steps)).toEqual([])
      }),
      { numRuns: histories, examples: foundOnce },
    )
  }, 600_000)
})
