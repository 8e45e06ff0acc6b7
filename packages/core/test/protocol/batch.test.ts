import { arbitraryRun } from '@llmmon/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Batch,
  checkBatch,
  checkEncodedBatch,
  decodeBatch,
  encodeBatch,
  LlmmonError,
} from '../../src/protocol/index.js'

const event = { update_type: 'custom', name: 'n', data: 1, seq: 3, ts: 0 } as const
const batch: Batch = { type: 'events', run_id: 'r', epoch: '12', from: 2, to: 3, events: [event] }

describe('encodeBatch', () => {
  it('gives the span and the text', () => {
    expect(encodeBatch({ ...batch, base: { epoch: '11', to: 1 } }, true)).toMatchObject({
      epoch: '12',
      from: 2,
      to: 3,
      base: { epoch: '11', to: 1 },
      closes: true,
    })
  })

  it('is undone by decodeBatch', () => {
    fc.assert(
      fc.property(arbitraryRun(), (events) => {
        const whole: Batch = { type: 'events', run_id: 'r', epoch: '7', from: 1, to: events.length, events }
        expect(decodeBatch(encodeBatch(whole, false).text)).toEqual(JSON.parse(JSON.stringify(whole)))
      }),
    )
  })
})

describe('decodeBatch', () => {
  it('never throws anything but our error, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          decodeBatch(text)
        } catch (error) {
          expect(LlmmonError.isInstance(error) && error.code).toBe('invalid_frame')
        }
      }),
    )
  })
})

describe('checkEncodedBatch', () => {
  const encoded = encodeBatch(batch, false)

  it('takes a batch whose text says what it says itself', () => {
    expect(() => checkEncodedBatch(encoded, 'r')).not.toThrow()
  })

  it.each([
    ['another run', { ...encoded, text: encoded.text.replace('"r"', '"other"') }],
    ['another run that was read', { ...encoded, runId: 'other', text: encoded.text.replace('"r"', '"other"') }],
    ['another epoch', { ...encoded, epoch: '13' }],
    ['another beginning', { ...encoded, from: 1 }],
    ['another end', { ...encoded, to: 4 }],
    ['no batch', { ...encoded, text: '{}' }],
  ])('refuses %s', (_, wrong) => {
    expect(() => checkEncodedBatch(wrong, 'r')).toThrow(LlmmonError)
  })

  it('does not read again what was read for this run', () => {
    expect(() => checkEncodedBatch({ ...encoded, runId: 'r', text: 'read before' }, 'r')).not.toThrow()
  })
})

describe('checkBatch', () => {
  it.each([
    ['no object', null],
    ['another type', { ...batch, type: 'event' }],
    ['a malformed run id', { ...batch, run_id: 'a}b' }],
    ['an epoch that is a number', { ...batch, epoch: 12 }],
    ['an epoch with a leading zero', { ...batch, epoch: '012' }],
    ['a span that runs backwards', { ...batch, from: 4 }],
    ['a fraction', { ...batch, from: 1.5 }],
    ['a base that is not right before', { ...batch, base: { epoch: '11', to: 5 } }],
    ['no events', { ...batch, events: [] }],
    ['an event without a type', { ...batch, events: [{ seq: 3 }] }],
    ['an event outside of the span', { ...batch, events: [{ ...event, seq: 4 }] }],
    ['numbers that do not rise', { ...batch, events: [{ ...event, seq: 3 }, event] }],
    ['a last event before the end of the span', { ...batch, events: [{ ...event, seq: 2 }] }],
  ])('refuses %s', (_, value) => {
    expect(() => checkBatch(value)).toThrow(LlmmonError)
  })

  it('keeps fields and events it does not know', () => {
    const strange = { ...batch, later: true, events: [{ update_type: 'from-tomorrow', seq: 3 }] }

    expect(checkBatch(strange)).toEqual(strange)
  })
})
