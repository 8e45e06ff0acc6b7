import { describe, expect, it } from 'vitest'
import { Audience } from '../src/load/audience.js'
import { ClosedFlow } from '../src/load/closed-flow.js'
import { payloadOf } from '../src/load/payload.js'

describe('Audience', () => {
  it('tells of an event when the last of its viewers has it, and counts what each has had', () => {
    let delivered = 0
    const audience = new Audience(2, () => {
      delivered += 1
    })
    const [one, other] = [audience.viewer(), audience.viewer()]
    one.take(payloadOf(1, 0, true) + payloadOf(2, 0, true))
    expect([delivered, audience.events]).toEqual([0, 2])
    other.take(payloadOf(1, 0, true))

    expect([delivered, audience.events]).toEqual([1, 3])
  })
})

describe('ClosedFlow', () => {
  it('keeps so many events of each run under way, and says how many never arrived', async () => {
    const said: number[] = []
    const flow = new ClosedFlow(2, 3, (run) => said.push(run), 50)
    expect(said).toEqual([0, 0, 0, 1, 1, 1])
    flow.acknowledge(1)
    expect(said.slice(6)).toEqual([1])
    const stopping = flow.stop()
    for (const run of [0, 0, 0, 1, 1]) flow.acknowledge(run)

    expect(await stopping).toBe(1)
    expect([flow.said, flow.delivered]).toEqual([7, 6])
  })
})
