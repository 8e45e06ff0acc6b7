import { memoryTransport, type RunEvent } from '@llmmon/core'
import { testBatch } from '@llmmon/testkit'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Audiences } from '../src/audiences.js'
import { allowAnyone, type MonitorServerOptions, resolveOptions } from '../src/options.js'
import { SharedBatch } from '../src/shared-batch.js'
import type { Viewer } from '../src/viewer.js'

const warn = vi.fn()
const noop = () => undefined
const logger = { debug: noop, info: noop, warn, error: noop }

function open(view?: MonitorServerOptions['view']): Audiences {
  const options = resolveOptions({
    transport: memoryTransport(),
    authorize: allowAnyone,
    logger,
    ...(view && { view }),
  })
  return new Audiences('r', options, () => 0)
}

const of = (audience: string) => ({ audience }) as Viewer
const batch = (from: number, to: number) => new SharedBatch(testBatch('r', '5', from, to))

beforeEach(() => void warn.mockClear())

describe('Audiences', () => {
  it('has one log for all without a view, from the start', () => {
    const audiences = open()
    audiences.push([batch(1, 2)])

    expect(audiences.of(of('a'))).toBe(audiences.of(of('b')))
    expect(audiences.of(of('a')).frames(0)).toHaveLength(1)
  })

  it('makes each batch once for each audience, however many viewers they have', () => {
    const view = vi.fn((event: RunEvent, audience: string) => (audience === 'staff' ? event : null))
    const audiences = open(view)
    for (let i = 0; i < 10; i += 1) for (const name of ['staff', 'guest']) audiences.of(of(name)).viewers += 1
    const whole = batch(1, 3)
    audiences.push([whole])

    expect(view).toHaveBeenCalledTimes(6)
    expect(audiences.of(of('staff')).newest).toEqual([whole])
    expect(audiences.of(of('guest')).newest[0]?.events).toEqual([{ update_type: 'withheld', seq: 3, ts: 3 }])
  })

  it('begins the log of an audience that comes late with the newest batch', () => {
    const audiences = open((event) => event)
    audiences.push([batch(1, 2)])
    audiences.push([batch(3, 4)])
    const log = audiences.of(of('late'))

    expect(log.frames(2)?.map(({ from, to }) => [from, to])).toEqual([[3, 4]])
    expect(log.frames(0)).toBeUndefined()
    audiences.clear()
    expect(audiences.of(of('later')).frames(0)).toEqual([])
  })

  it('lets go of the log of an audience without viewers, but for the last', () => {
    const audiences = open((event) => event)
    const [staff, guest] = [audiences.of(of('staff')), audiences.of(of('guest'))]
    staff.viewers = 1
    audiences.push([batch(1, 9)])
    const { length } = audiences
    audiences.tick()
    expect(audiences.length).toBe(length / 2)
    expect(audiences.of(of('staff'))).toBe(staff)
    expect(audiences.of(of('guest'))).not.toBe(guest)
    staff.viewers = 0
    audiences.tick()
    audiences.tick()

    expect(audiences.length).toBeGreaterThan(0)
    audiences.shrink(0)
  })

  it('says once what is wrong with a view, and that there are too many audiences', () => {
    const audiences = open(() => {
      throw new Error('x')
    })
    for (let i = 0; i < 40; i += 1) audiences.of(of(`user-${i}`))
    audiences.push([batch(1, 3), batch(4, 4)])

    expect(warn.mock.calls.map(([, text]) => text)).toEqual([
      expect.stringContaining('names classes of viewers'),
      expect.stringContaining('The view hook threw'),
    ])
  })
})
