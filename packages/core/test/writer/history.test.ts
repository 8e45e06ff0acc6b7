import { describe, expect, it } from 'vitest'
import { decodeBatch, encodeBatch, foldBatch, initialRunState, type RunEvent } from '../../src/index.js'
import { moved, WriterHistory } from '../../src/writer/history.js'

function tokenBatch(from: number, count: number, text = 'abcd') {
  const events = Array.from({ length: count }, (_, i): RunEvent => {
    return {
      update_type: 'token',
      channel: 'text',
      delta: text,
      at: (from - 1 + i) * text.length,
      seq: from + i,
      ts: 0,
    }
  })
  return encodeBatch({ type: 'events', run_id: 'r', epoch: '5', from, to: from + count - 1, events }, false)
}

function textOf(history: WriterHistory) {
  const events = [...history.segments, ...history.tail].flatMap(({ text }) => decodeBatch(text).events)
  return foldBatch(initialRunState('r'), events)
}

describe('WriterHistory', () => {
  it('finds the batches after a number where one begins right there', () => {
    const history = new WriterHistory(1_000_000)
    for (const from of [1, 4, 7]) history.add(tokenBatch(from, 3))

    expect(history.last).toBe(9)
    expect(history.after(3)?.map(({ from }) => from)).toEqual([4, 7])
    expect(history.after(0)).toHaveLength(3)
    expect(history.after(4)).toBeUndefined()
    expect(history.after(9)).toBeUndefined()
  })

  it('is due by length or by number of events, and compacts its tail into contiguous segments', () => {
    const history = new WriterHistory(10_000_000)
    for (let i = 0; i < 10; i += 1) history.add(tokenBatch(1 + i * 100, 100))
    expect(history.isDue).toBe(false)
    history.add(tokenBatch(1_001, 1))
    expect(history.isDue).toBe(true)
    const checkpoint = history.checkpoint()
    history.checkpointed(checkpoint)

    expect(checkpoint.replace).toBe(false)
    expect(history.isDue).toBe(false)
    expect(history.tail).toEqual([])
    expect(history.segments.map(({ from, to }) => [from, to])).toEqual([[1, 1_001]])
    expect(textOf(history).text).toBe('abcd'.repeat(1_001))
  })

  it('keeps what has come since a checkpoint was made', () => {
    const history = new WriterHistory(10_000_000)
    history.add(tokenBatch(1, 5))
    const checkpoint = history.checkpoint()
    history.add(tokenBatch(6, 5))
    history.checkpointed(checkpoint)

    expect(history.tail.map(({ from }) => from)).toEqual([6])
    expect(textOf(history).text).toBe('abcd'.repeat(10))
  })

  it('cuts its oldest parts, with marks, when the whole gets too long', () => {
    const history = new WriterHistory(2_000_000)
    let replaced = 0
    for (let i = 0; i < 100; i += 1) {
      history.add(tokenBatch(1 + i, 1, 'x'.repeat(30_000)))
      if (!history.isDue) continue
      const checkpoint = history.checkpoint()
      replaced += checkpoint.replace ? 1 : 0
      history.checkpointed(checkpoint)
    }
    const length = [...history.segments, ...history.tail].reduce((sum, { text }) => sum + text.length, 0)
    const state = textOf(history)

    expect(replaced).toBeGreaterThan(0)
    expect(length).toBeLessThan(2_400_000)
    expect((state.own.cut?.text ?? 0) + state.text.length).toBe(3_000_000)
    expect(history.segments[0]?.from).toBe(1)
  })

  it('does not try at every checkpoint to cut what cannot be cut any shorter', () => {
    const history = new WriterHistory(20_000)
    const replaced: number[] = []
    for (let from = 1; from < 30_000; from += 1_001) {
      const events = Array.from({ length: 1_001 }, (_, i): RunEvent => {
        return { update_type: 'custom', name: 'n', data: i, seq: from + i, ts: 0 }
      })
      history.add(encodeBatch({ type: 'events', run_id: 'r', epoch: '5', from, to: from + 1_000, events }, false))
      const checkpoint = history.checkpoint()
      if (checkpoint.replace) replaced.push(from)
      history.checkpointed(checkpoint)
    }

    // Each time a quarter longer than the time before.
    expect(replaced.length).toBeGreaterThan(3)
    expect(replaced.length).toBeLessThan(18)
    expect(history.last).toBe(30_030)
  })

  it('can be moved to another epoch', () => {
    const history = new WriterHistory(1_000_000)
    history.add(tokenBatch(1, 2))
    history.rebase('9')

    expect(history.tail[0]).toMatchObject({ epoch: '9', from: 1, to: 2 })
    expect(decodeBatch(history.tail[0]?.text ?? '').epoch).toBe('9')
  })
})

describe('moved', () => {
  it('leaves everything but the epoch', () => {
    const batch = tokenBatch(3, 2)

    expect(decodeBatch(moved(batch, '8').text)).toEqual({ ...decodeBatch(batch.text), epoch: '8' })
  })
})
