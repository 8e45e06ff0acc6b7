import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProgressMeter } from '../../src/writer/progress.js'

describe('ProgressMeter', () => {
  it('weighs what it knows of the plan', () => {
    const meter = new ProgressMeter(2, 4)
    meter.started('a', 1)
    expect(meter.ended('a')).toBe(25)
    meter.started('b', 3)

    expect(meter.ended('b')).toBe(100)
  })

  it('stays within its bounds and never goes back, whatever happens', () => {
    const action = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      weight: fc.nat(5),
      said: fc.double({ noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(action), fc.nat(6), (actions, total) => {
        const meter = new ProgressMeter(total)
        let before = 0
        for (const { id, weight, said } of actions) {
          meter.started(id, weight)
          meter.said(said)
          const now = meter.ended(id) ?? 0
          expect(now).toBeGreaterThanOrEqual(before)
          expect(now).toBeLessThanOrEqual(100)
          before = now
        }
      }),
    )
  })

  it('is unknown until said where the number of steps is', () => {
    const meter = new ProgressMeter(undefined)
    meter.started('a', 1)
    expect([meter.ended('a'), meter.said(null), meter.said(12.34), meter.said(5)]).toEqual([null, null, 12.3, 12.3])
  })
})
