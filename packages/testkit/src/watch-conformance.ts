import { decodeBatch, type EncodedBatch, followRun } from '@llmmon/core'
import { describe, expect, it } from 'vitest'
import { arrival, type ConformanceContext, label, observer, testBatch } from './conformance-context.js'

/** What every transport has to do for those who watch: signs of life, live batches, commands, its end. */
export function watchConformance(context: ConformanceContext): void {
  const append = (runId: string, batch: EncodedBatch) => context.transport.append({ runId, batch })

  describe('reap', () => {
    it('leaves a run alone whose writer gives signs of life', async () => {
      const epoch = await context.claim('r')
      expect(await context.transport.reap('r')).toBe('alive')
      expect(await context.transport.heartbeat({ runId: 'r', epoch })).toMatchObject({ answer: 'ok' })
      expect(await context.transport.reap('nowhere')).toBe('unknown')
    })

    it('ends a silent run once, in an epoch that continues the old one', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 3))
      await context.expireLease()
      const answers = await Promise.all(Array.from({ length: 5 }, () => context.transport.reap('r')))
      const info = await context.transport.inspect('r')
      const last = (await context.transport.read('r', 3))?.batches.map(({ text }) => decodeBatch(text))

      expect(answers.filter((answer) => answer === 'reaped')).toHaveLength(1)
      expect(info).toMatchObject({ state: 'abandoned', last: 4, opened: 'reaped', base: { epoch, to: 3 } })
      expect(BigInt(info?.epoch ?? 0)).toBeGreaterThan(BigInt(epoch))
      expect(last).toMatchObject([
        { from: 4, to: 4, base: { epoch, to: 3 }, events: [{ update_type: 'error', code: 'abandoned', seq: 4 }] },
      ])
      expect(await append('r', testBatch('r', epoch, 4, 4))).toMatchObject({ answer: 'fenced' })
    })

    it('is undone by a repeated claim of the owner, whose first answer was lost', async () => {
      await context.claim('r')
      await context.expireLease()
      await context.transport.reap('r')
      await context.claim('r')

      expect(await context.transport.inspect('r')).toMatchObject({ state: 'open', opened: 'revived', last: 0 })
    })

    it('cannot be undone where the store has forgotten the run', async () => {
      const request = { runId: 'r', owner: 'owner', hostId: 'h', mode: 'revive', ...label } as const

      expect(await context.transport.claim(request)).toEqual({ answer: 'lost' })
    })

    it('can be undone by the owner alone, under a new epoch', async () => {
      await context.claim('r')
      await context.expireLease()
      await context.transport.reap('r')
      const stranger = { runId: 'r', owner: 'other', hostId: 'h', mode: 'revive', ...label } as const
      expect(await context.transport.claim(stranger)).toEqual({ answer: 'fenced' })
      await context.claim('r', 'owner', 'revive')

      expect(await context.transport.inspect('r')).toMatchObject({ state: 'open', opened: 'revived', last: 0 })
    })
  })

  describe('watch', () => {
    it('brings what is written from the moment it resolves, to everybody, until stopped', async () => {
      const epoch = await context.claim('r')
      const first: number[] = []
      const second: number[] = []
      const stopFirst = await context.transport.watch(
        'r',
        observer(({ to }) => first.push(to)),
      )
      const both = arrival()
      await context.transport.watch(
        'r',
        observer(({ to }) => {
          second.push(to)
          if (to === 2) both.done()
        }),
      )
      await append('r', testBatch('r', epoch, 1, 1))
      await append('r', testBatch('r', epoch, 2, 2))
      await both.promise
      stopFirst()
      stopFirst()
      await append('r', testBatch('r', epoch, 3, 3))

      expect(first).toEqual([1, 2])
      expect(second.slice(0, 2)).toEqual([1, 2])
    })

    it('works for a run that does not exist yet', async () => {
      const came = arrival<EncodedBatch>()
      await context.transport.watch('later', observer(came.done))
      const epoch = await context.claim('later')
      await append('later', testBatch('later', epoch, 1, 1))

      expect(await came.promise).toMatchObject({ from: 1, to: 1 })
    })
  })

  describe('command', () => {
    it('reaches the process that writes the run, and brings its answer back', async () => {
      const unhost = context.transport.host({
        hostId: 'host',
        command: async (runId, command) => (runId === 'r' && command.reason === 'why' ? 'accepted' : 'no_writer'),
        shutdown: async () => undefined,
      })
      await context.claim('r')

      expect(await context.transport.command('r', { type: 'cancel', reason: 'why' })).toBe('accepted')
      unhost()
      expect(await context.transport.command('r', { type: 'cancel', reason: 'why' })).toBe('no_writer')
    })

    it('of an ended run says so, and of an unknown one that nobody is there', async () => {
      const epoch = await context.claim('r')
      await append('r', testBatch('r', epoch, 1, 1, true))

      expect(await context.transport.command('r', { type: 'cancel', reason: null })).toBe('already_ended')
      expect(await context.transport.command('nowhere', { type: 'cancel', reason: null })).toBe('no_writer')
    })
  })

  describe('command to a run that was given up', () => {
    it('finds nobody while the writer may come back, and an ended run after that', async () => {
      await context.claim('r')
      await context.expireLease()
      expect(await context.transport.reap('r')).toBe('reaped')
      expect(await context.transport.command('r', { type: 'cancel', reason: null })).toBe('no_writer')
      for (let leases = 0; leases < 4; leases += 1) await context.expireLease()

      expect(await context.transport.command('r', { type: 'cancel', reason: null })).toBe('already_ended')
    })
  })

  describe('followRun', () => {
    it('delivers everything once and in order while it is written', async () => {
      const epoch = await context.claim('r')
      for (let seq = 1; seq <= 20; seq += 1) await append('r', testBatch('r', epoch, seq, seq))
      const seen: number[] = []
      const all = arrival()
      const { stop } = followRun(context.transport, 'r', {
        batches: (batches) => {
          for (const { from, to } of batches) for (let seq = from; seq <= to; seq += 1) seen.push(seq)
          if (seen.at(-1) === 60) all.done()
        },
        reset: () => undefined,
        info: () => undefined,
        error: (error) => {
          throw error
        },
      })
      for (let seq = 21; seq <= 60; seq += 1) await append('r', testBatch('r', epoch, seq, seq))
      await all.promise
      stop()

      expect(seen).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    })
  })

  describe('close', () => {
    it('lets its writers end their runs first, and may be called twice', async () => {
      const asked: number[] = []
      context.transport.host({
        hostId: 'host',
        command: async () => 'no_writer',
        shutdown: async (timeoutMs) => void asked.push(timeoutMs),
      })
      await Promise.all([context.transport.close({ timeoutMs: 50 }), context.transport.close()])

      expect(asked).toEqual([50])
      await expect(context.transport.reap('r')).rejects.toMatchObject({ code: 'closed' })
    })
  })
}
