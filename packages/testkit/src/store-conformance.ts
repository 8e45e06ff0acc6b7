import type { EncodedBatch, RunHistory } from '@llmmon/core'
import { describe, expect, it } from 'vitest'
import { type ConformanceContext, label, observer, testBatch } from './conformance-context.js'

/** What every store has to do with claims, batches, segments and lost runs. */
export function storeConformance(context: ConformanceContext): void {
  const append = (runId: string, batch: EncodedBatch) => context.transport.append({ runId, batch })

  async function read(runId: string, after?: number): Promise<string[]> {
    return ((await context.transport.read(runId, after))?.batches ?? []).map(({ text }) => text)
  }

  describe('claim', () => {
    it('opens a free run under a new epoch and keeps its label', async () => {
      const epoch = await context.claim('r')

      expect(await context.transport.inspect('r')).toMatchObject({
        state: 'open',
        epoch,
        last: 0,
        opened: 'new',
        ...label,
      })
    })

    it('gives the same owner the same epoch again', async () => {
      const epoch = await context.claim('r')
      expect(await context.claim('r')).toBe(epoch)
      await append('r', testBatch('r', epoch, 1, 1, true))

      expect(await context.claim('r', 'owner', 'replace')).toBe(epoch)
      expect(await context.transport.inspect('r')).toMatchObject({ state: 'closed', last: 1 })
    })

    it('refuses an id that another owner has, open or ended', async () => {
      const epoch = await context.claim('r')
      const other = { runId: 'r', owner: 'other', hostId: 'host', mode: 'new', ...label } as const
      expect(await context.transport.claim(other)).toEqual({ answer: 'exists' })
      await append('r', testBatch('r', epoch, 1, 1, true))

      expect(await context.transport.claim(other)).toEqual({ answer: 'exists' })
    })

    it('replaces under a larger epoch, with nothing of what was there', async () => {
      const first = await context.claim('r')
      await append('r', testBatch('r', first, 1, 3))
      const second = await context.claim('r', 'other', 'replace')

      expect(BigInt(second)).toBeGreaterThan(BigInt(first))
      expect(await context.transport.inspect('r')).toMatchObject({ last: 0, opened: 'replaced' })
      expect(await read('r')).toEqual([])
      expect(await append('r', testBatch('r', first, 4, 4))).toMatchObject({ answer: 'fenced' })
    })

    it('takes up a reserved run, with the cancel that came before', async () => {
      expect(await context.transport.reserve({ runId: 'r', ...label, ttlMs: 60_000 })).toBe('ok')
      expect(await context.transport.reserve({ runId: 'r', ...label, ttlMs: 60_000 })).toBe('exists')
      expect(await context.transport.inspect('r')).toMatchObject({ state: 'reserved', last: 0, epoch: '0', ...label })
      expect(await context.transport.command('r', { type: 'cancel', reason: 'early' })).toBe('stored')

      expect(
        await context.transport.claim({ runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...label }),
      ).toMatchObject({
        answer: 'ok',
        cancel: { reason: 'early' },
      })
    })

    it('of a reserved run keeps what the reservation said, and says what the run is called now', async () => {
      const reserved = { chain: 'planned', metadata: { userId: 7, deep: [[], {}], n: 1234567890123456 }, tags: ['a'] }
      await context.transport.reserve({ runId: 'r', ...reserved, ttlMs: 60_000 })
      const given = { chain: null, metadata: { worker: 1 }, tags: ['b'] }
      const request = { runId: 'r', owner: 'o', hostId: 'h', mode: 'new', ...given } as const
      const first = await context.transport.claim(request)
      const merged = { chain: 'planned', metadata: { ...reserved.metadata, worker: 1 }, tags: ['a', 'b'] }

      expect(first).toMatchObject({ answer: 'ok', label: merged })
      expect(await context.transport.inspect('r')).toMatchObject({ state: 'open', ...merged })
      expect(await context.transport.claim(request)).toEqual(first)
    })

    it('is won by one of many that come at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          context.transport.claim({ runId: 'r', owner: `owner-${i}`, hostId: 'h', mode: 'new', ...label }),
        ),
      )

      expect(answers.filter(({ answer }) => answer === 'ok')).toHaveLength(1)
    })
  })

  describe('append', () => {
    it('keeps the very text, in order', async () => {
      const epoch = await context.claim('r')
      const batches = [testBatch('r', epoch, 1, 2), testBatch('r', epoch, 3, 3), testBatch('r', epoch, 4, 6)]
      for (const batch of batches) expect(await append('r', batch)).toEqual({ answer: 'ok', last: batch.to })

      expect(await read('r')).toEqual(batches.map(({ text }) => text))
      expect(await read('r', 3)).toEqual([batches[2]?.text])
      expect(await read('r', 5)).toEqual([batches[2]?.text])
      expect(await read('r', 6)).toEqual([])
    })

    it('answers a repeat with dup, however often, and a hole with gap', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 2))

      expect(await append('r', testBatch('r', epoch, 1, 2))).toEqual({ answer: 'dup', last: 2 })
      expect(await append('r', testBatch('r', epoch, 4, 4))).toEqual({ answer: 'gap', last: 2 })
      expect(await append('r', testBatch('r', epoch, 2, 3))).toEqual({ answer: 'gap', last: 2 })
      expect(await read('r')).toHaveLength(1)
    })

    it('writes nothing after the end', async () => {
      const epoch = await context.claim('r')
      const end = testBatch('r', epoch, 1, 2, true)
      await append('r', end)

      expect(await append('r', end)).toMatchObject({ answer: 'dup' })
      expect(await append('r', testBatch('r', epoch, 3, 3))).toMatchObject({ answer: 'closed' })
      expect(await context.transport.inspect('r')).toMatchObject({ state: 'closed', last: 2 })
    })

    it('fences an older epoch and calls a run lost that it does not know', async () => {
      const epoch = await context.claim('r')

      expect(await append('r', testBatch('r', '1', 1, 1))).toMatchObject({ answer: 'fenced' })
      expect(await append('r', testBatch('r', `${BigInt(epoch) + 5n}`, 1, 1))).toMatchObject({ answer: 'lost' })
      expect(await append('nowhere', testBatch('nowhere', epoch, 1, 1))).toMatchObject({ answer: 'lost' })
    })
  })

  describe('checkpoint', () => {
    it('puts segments in place of the raw history they cover', async () => {
      const epoch = await context.claim('r')
      for (let seq = 1; seq <= 6; seq += 1) await append('r', testBatch('r', epoch, seq, seq))
      const segment = testBatch('r', epoch, 1, 4)
      expect(
        await context.transport.checkpoint({ runId: 'r', epoch, segments: [segment], replace: false }),
      ).toMatchObject({
        answer: 'ok',
      })
      expect(
        await context.transport.checkpoint({ runId: 'r', epoch, segments: [segment], replace: false }),
      ).toMatchObject({
        answer: 'dup',
      })

      const history = await context.transport.read('r')
      expect(history?.batches.map(({ from, to }) => [from, to])).toEqual([
        [1, 4],
        [5, 5],
        [6, 6],
      ])
      expect(await append('r', testBatch('r', epoch, 7, 7))).toEqual({ answer: 'ok', last: 7 })
    })

    it('gives a long history in parts as well, if at all in order, and then the rest; to who comes meanwhile all of it too', async () => {
      const epoch = await context.claim('r')
      const segments = Array.from({ length: 9 }, (_, i) => testBatch('r', epoch, 2 * i + 1, 2 * i + 2))
      for (const segment of segments) await append('r', segment)
      await context.transport.checkpoint({ runId: 'r', epoch, segments, replace: false })
      await append('r', testBatch('r', epoch, 19, 19))
      const whole = [...segments.map(({ to }) => to), 19]

      const found = async (after: number) => {
        const ends: number[] = []
        const take = ({ info, batches }: RunHistory) => {
          expect(info).toMatchObject({ runId: 'r', epoch, last: 19 })
          ends.push(...batches.map(({ to }) => to))
        }
        const rest = await context.transport.read('r', after, take)
        return [...ends, ...(rest?.batches ?? []).map(({ to }) => to)]
      }
      expect(await Promise.all([found(0), found(0), found(6)])).toEqual([whole, whole, whole.slice(3)])
    })

    it('refuses segments that do not join, and leaves everything as it was', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 4))
      for (const [from, to] of [
        [2, 4],
        [1, 3],
        [1, 9],
      ] as const) {
        const segments = [testBatch('r', epoch, from, to)]
        expect(await context.transport.checkpoint({ runId: 'r', epoch, segments, replace: false })).toMatchObject({
          answer: 'gap',
        })
      }

      expect((await context.transport.read('r'))?.batches.map(({ from, to }) => [from, to])).toEqual([[1, 4]])
    })

    it('can replace all segments', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 2))
      await context.transport.checkpoint({ runId: 'r', epoch, segments: [testBatch('r', epoch, 1, 2)], replace: false })
      await append('r', testBatch('r', epoch, 3, 4))
      const whole = testBatch('r', epoch, 1, 4)
      expect(await context.transport.checkpoint({ runId: 'r', epoch, segments: [whole], replace: true })).toMatchObject(
        {
          answer: 'ok',
        },
      )

      expect(await read('r')).toEqual([whole.text])
    })
  })

  describe('restore', () => {
    it('puts a lost run back under its epoch and numbers, and the writer goes on', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 3))
      await context.lose('r')
      expect(await append('r', testBatch('r', epoch, 4, 4))).toMatchObject({ answer: 'lost' })
      const request = { runId: 'r', owner: 'owner', hostId: 'host', epoch, segments: [], ...label }
      const tail = [testBatch('r', epoch, 1, 3)]
      expect(await context.transport.restore({ ...request, tail })).toEqual({ answer: 'ok', last: 3 })
      expect(await context.transport.restore({ ...request, tail })).toEqual({ answer: 'dup', last: 3 })

      expect(await append('r', testBatch('r', epoch, 4, 4))).toEqual({ answer: 'ok', last: 4 })
      expect(await context.transport.inspect('r')).toMatchObject({ state: 'open', epoch, ...label })
    })

    it('is not published', async () => {
      const epoch = await context.claim('r')
      const seen: EncodedBatch[] = []
      await context.transport.watch(
        'r',
        observer((batch) => seen.push(batch)),
      )
      await context.lose('r')
      const tail = [testBatch('r', epoch, 1, 3)]
      await context.transport.restore({
        runId: 'r',
        owner: 'owner',
        hostId: 'host',
        epoch,
        segments: [],
        tail,
        ...label,
      })

      expect(seen).toEqual([])
    })

    it('of an ended run leaves it ended', async () => {
      const epoch = await context.claim('r')
      await context.lose('r')
      const tail = [testBatch('r', epoch, 1, 2, true)]
      await context.transport.restore({
        runId: 'r',
        owner: 'owner',
        hostId: 'host',
        epoch,
        segments: [],
        tail,
        ...label,
      })

      expect(await context.transport.inspect('r')).toMatchObject({ state: 'closed', last: 2 })
    })

    it('is fenced where somebody else has a larger epoch', async () => {
      const epoch = await context.claim('r')
      await context.claim('r', 'other', 'replace')
      const request = { runId: 'r', owner: 'owner', hostId: 'host', epoch, segments: [], tail: [], ...label }

      expect(await context.transport.restore(request)).toMatchObject({ answer: 'fenced' })
    })
  })
}
