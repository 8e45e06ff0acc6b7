import { memoryTransport } from '@llmmon/core'
import { expect, it } from 'vitest'
import { FrameRate } from '../src/frame-rate.js'
import { allowAnyone, resolveOptions } from '../src/options.js'

const { limits } = resolveOptions({
  transport: memoryTransport(),
  authorize: allowAnyone,
  limits: { framesPerSecond: 2, maxSubscriptions: 5 },
})
const count = (take: () => boolean) => {
  let taken = 0
  while (taken < 1_000 && take()) taken += 1
  return taken
}

it('lets a client turn from all it watches to as many others at once, and chatter little', () => {
  const rate = new FrameRate(limits, 0)

  expect(count(() => rate.takes(0))).toBe(20)
  expect(count(() => rate.takesType('ping', 0))).toBe(10)
  expect(rate.takesType(undefined, 0)).toBe(false)
  expect([rate.takesType('subscribe', 0), rate.takesType('unsubscribe', 0)]).toEqual([true, true])
  expect([count(() => rate.takes(1_000)), count(() => rate.takesType('cancel', 1_000))]).toEqual([2, 2])
})

it('is full when both what all may send and what chatter may send has come back', () => {
  const rate = new FrameRate(limits, 0)
  rate.takes(0)
  rate.takesType('subscribe', 0)
  expect([rate.isFull(0), rate.isFull(500)]).toEqual([false, true])
  rate.takesType('ping', 500)

  expect([rate.isFull(500), rate.isFull(1_000)]).toEqual([false, true])
})
