import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeServerFrame, LlmmonError, type ServerFrame } from '../../src/protocol/index.js'

const limits = { max_frame_bytes: 1, max_subscriptions: 1 }
const event = { update_type: 'error', status: 'error', error: 'gone', code: 'lost', ts: 1 } as const
const frames: ServerFrame[] = [
  { type: 'welcome', connection_id: 'c', server_time: 1, heartbeat_ms: 2, limits },
  { type: 'subscribed', ref: 1, run_id: 'r', phase: 'open' },
  { type: 'unsubscribed', ref: 1, run_id: 'r' },
  { type: 'events', run_id: 'r', epoch: '1', from: 1, to: 1, events: [{ ...event, seq: 1 }] },
  { type: 'reset', run_id: 'r', reason: 'epoch' },
  { type: 'status', run_id: 'r', state: 'stalled' },
  { type: 'event', run_id: 'r', event },
  { type: 'end', run_id: 'r', epoch: '1', seq: 1 },
  { type: 'cancel_answer', ref: 1, run_id: 'r', answer: 'accepted' },
  { type: 'auth_ok', ref: 1 },
  { type: 'pong', n: 1 },
  { type: 'hb', t: 1 },
  { type: 'goaway', after_ms: [0, 1] },
  { type: 'error', code: 'limit', message: 'm', retryable: false },
]

describe('decodeServerFrame', () => {
  it.each(frames)('reads $type', (frame) => {
    expect(decodeServerFrame(JSON.stringify(frame))).toEqual(frame)
  })

  it.each(frames)('refuses $type without what it must have', (frame) => {
    expect(() => decodeServerFrame(JSON.stringify({ type: frame.type }))).toThrow(LlmmonError)
  })

  it('gives undefined for a type of a later version, even one named like a part of every object', () => {
    expect(decodeServerFrame('{"type":"teleport"}')).toBeUndefined()
    expect(decodeServerFrame('{"type":"constructor"}')).toBeUndefined()
  })

  it('never throws anything but our error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          decodeServerFrame(text)
        } catch (error) {
          expect(LlmmonError.isInstance(error)).toBe(true)
        }
      }),
    )
  })
})
