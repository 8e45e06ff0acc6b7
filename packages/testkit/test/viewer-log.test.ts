import type { RunEvent } from '@llmmon/core'
import { describe, expect, it } from 'vitest'
import { differences, ViewerLog } from '../src/viewer-log.js'

const custom = (seq: number, data: number): RunEvent => ({ update_type: 'custom', name: 'n', data, seq, ts: 0 })
const token = (seq: number, at: number, delta: string): RunEvent => {
  return { update_type: 'token', channel: 'text', delta, at, seq, ts: 0 }
}
const end = (seq: number): RunEvent => ({ update_type: 'complete', status: 'completed', result: null, seq, ts: 0 })
const said = { said: 2, text: 'abc' }
const whole = [custom(1, 0), token(3, 0, 'abc'), custom(4, 1), end(5)]

describe('differences', () => {
  it('finds none where all of it was seen, in order and once', () => {
    expect(differences({ events: whole }, said)).toEqual([])
  })

  it.each([
    ['an event is missing', [custom(1, 0), token(3, 0, 'abc'), end(5)], /2 custom events were said, 1 seen/],
    ['one comes twice', [custom(1, 0), ...whole], /event 1 came after 1/],
    ['two change places', [token(3, 0, 'abc'), custom(1, 0), custom(4, 1), end(5)], /event 1 came after 3/],
    ['text is missing', [custom(1, 0), token(2, 1, 'bc'), custom(4, 1), end(5)], /where 0 characters were seen/],
    ['text is another', [custom(1, 0), token(2, 0, 'abd'), custom(4, 1), end(5)], /not the same/],
    ['there is no end', whole.slice(0, 3), /0 ends/],
    ['there are two', [...whole, end(6)], /2 ends/],
    ['something follows the end', [...whole, token(6, 3, '')], /1 ends/],
    ['there is nothing', [], /0 ends/],
  ])('says that %s', (_, events, sentence) => {
    expect(differences({ events }, said).join()).toMatch(sentence)
  })
})

describe('ViewerLog', () => {
  it('begins anew at a reset', () => {
    let tell: (event: RunEvent) => void = () => undefined
    let reset: (data: { reason: string }) => void = () => undefined
    const log = new ViewerLog({
      onEvent: (handler) => {
        tell = handler
        return () => undefined
      },
      onReset: (handler) => {
        reset = handler
        return () => undefined
      },
    })
    tell(custom(1, 0))
    reset({ reason: 'revived' })
    tell(end(1))

    expect([log.events, log.resets]).toEqual([[end(1)], ['revived']])
  })
})
