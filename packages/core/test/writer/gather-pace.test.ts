import { describe, expect, it } from 'vitest'
import { GatherPace } from '../../src/writer/gather-pace.js'

/** When a run is written that says something at each of these times, ms, by a timer that is `late`. */
function writes(times: readonly number[], late = 0): number[] {
  const pace = new GatherPace()
  const written: number[] = []
  let isWaiting = false
  const write = (now: number) => {
    isWaiting = false
    written.push(Math.round(now * 10) / 10)
    pace.wrote(now)
  }
  for (const time of times) {
    if (isWaiting && pace.due + late <= time) write(pace.due + late)
    pace.pushed()
    isWaiting = true
    if (!pace.isGathering(time)) write(time)
  }
  if (isWaiting) write(pace.due + late)
  return written
}

const every = (ms: number, count: number, from = 1_000) => Array.from({ length: count }, (_, i) => from + i * ms)
const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - (times[i] as number))

describe('GatherPace', () => {
  it('lets a run be written at once that was not written just now', () => {
    expect(writes([1_000, 1_010, 5_000])).toEqual([1_000, 1_010, 5_000])
  })

  it('gathers for 5 ms, what a timer cannot tell from them included', () => {
    expect(writes([1_000, 1_001, 1_003])).toEqual([1_000, 1_004])
  })

  it('keeps up with whoever says something every 5 ms, though timers are late: nothing waits for the one before', () => {
    const times = every(5, 200)

    expect(writes(times, 1.5)).toEqual(times)
  })

  it('writes a run that says 400 tokens a second 200 times a second, however late the timers', () => {
    const written = writes(every(2.5, 400), 0.9)

    expect(written.length).toBeGreaterThan(190)
    expect(written.length).toBeLessThan(210)
  })

  it('writes a run that says 1,000 tokens a second 20 times a second', () => {
    const written = writes(every(1, 1_000))

    expect(written.length).toBeLessThan(30)
    expect(Math.max(...gaps(written))).toBeLessThanOrEqual(51)
  })

  it('goes back to 5 ms when less is said', () => {
    const written = writes([...every(1, 100), ...every(4, 50, 1_100)])

    expect(Math.max(...gaps(written.filter((time) => time > 1_160)))).toBeLessThanOrEqual(8)
  })

  it('begins anew where it was written before its time', () => {
    const pace = new GatherPace()
    pace.wrote(1_000)
    pace.wrote(1_002)

    expect([pace.isGathering(1_005.9), pace.isGathering(1_006)]).toEqual([true, false])
  })
})
