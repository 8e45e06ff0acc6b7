import { describe, expect, it } from 'vitest'
import { concerns, Revocations } from '../src/revocations.js'

const isP = (principal: unknown) => principal === 'p'

describe('concerns', () => {
  it('is about everybody without a predicate, else about whom it says', () => {
    expect([
      concerns({ runId: 'r' }, 'q'),
      concerns({ principal: isP }, 'p'),
      concerns({ principal: isP }, 'q'),
    ]).toEqual([true, true, false])
  })
})

describe('Revocations', () => {
  it.each([
    ['of the principal', { principal: isP }, true, true],
    ['of another', { principal: () => false }, false, false],
    ['of the run', { runId: 'r' }, false, true],
    ['of another run', { runId: 's' }, false, false],
    ['of the run for the principal', { principal: isP, runId: 'r' }, false, true],
    ['of the run for another', { principal: () => false, runId: 'r' }, false, false],
    [
      'with a predicate that throws',
      {
        principal: () => {
          throw new Error('x')
        },
      },
      true,
      true,
    ],
  ])('%s, made while a hook is asked, counts', (_, revocation, forConnection, forRun) => {
    const revocations = new Revocations()
    const [connection, run] = [revocations.begin(), revocations.begin()]
    revocations.add(revocation)

    expect([connection('p'), run('p', 'r')]).toEqual([forConnection, forRun])
  })

  it('does not count for what is asked later, and is forgotten when nothing is asked', () => {
    const revocations = new Revocations()
    const early = revocations.begin()
    revocations.add({ principal: isP })
    const late = revocations.begin()
    expect([late('p'), early('p')]).toEqual([false, true])
    revocations.add({ principal: isP })

    expect(revocations.begin()('p')).toBe(false)
  })
})
