import { memoryTransport, startRun } from '@llmmon/core'
import { afterEach, describe, expect, it } from 'vitest'
import { allowAnyone, resolveOptions } from '../src/options.js'
import { RunChannel } from '../src/run-channel.js'
import { Subscription } from '../src/subscription.js'

const transport = memoryTransport()
const channels: RunChannel[] = []

afterEach(() => {
  for (const channel of channels.splice(0)) channel.close()
})

function open(runId: string, mayWait = true) {
  const sent: { [field: string]: unknown }[] = []
  const over: string[] = []
  const channel = new RunChannel(runId, resolveOptions({ transport, authorize: allowAnyone }), () => 0)
  channels.push(channel)
  const subscription = new Subscription({ action: 'watch', runId, token: undefined, cameAt: 0 }, 4, undefined, {
    deliver: (frame) => sent.push(JSON.parse(frame.toString())),
    hasRoom: true,
    mayWait,
    over: () => over.push('done'),
    notFound: () => over.push('not found'),
    tooManyWait: () => over.push('too many wait'),
  })
  return { channel, subscription, sent, over }
}

describe('Subscription', () => {
  it('answers before anything of the run, and ends with it', async () => {
    const run = startRun({ name: 'c', transport, runId: 'whole' })
    run.complete()
    await run.flushed()
    const { channel, subscription, sent, over } = open('whole')
    await subscription.open(channel, '')

    expect(sent.map(({ type }) => type)).toEqual(['subscribed', 'events', 'end'])
    expect(sent[0]).toEqual({ type: 'subscribed', ref: 4, run_id: 'whole', phase: 'ended' })
    expect([over, subscription.isClosed, channel.size]).toEqual([['done'], true, 0])
  })

  it('says nothing more once it is closed, even while it was opening', async () => {
    const { channel, subscription, sent } = open('later')
    const opening = subscription.open(channel, '')
    subscription.close()
    await opening
    subscription.status('stalled')
    subscription.reset('gap')

    expect(sent).toEqual([])
    expect(channel.size).toBe(0)
  })

  it('does not wait for a run that is not there where there are too many of those, but for one that is', async () => {
    const refused = open('not-there', false)
    await refused.subscription.open(refused.channel, '')
    const run = startRun({ name: 'c', transport, runId: 'there' })
    await run.flushed()
    const taken = open('there', false)
    await taken.subscription.open(taken.channel, '')

    expect([refused.sent, refused.over, refused.channel.size]).toEqual([[], ['too many wait', 'done'], 0])
    expect([refused.subscription.isPending, taken.subscription.isPending]).toEqual([false, false])
    expect(taken.sent.map(({ type }) => type)).toEqual(['subscribed', 'events'])
  })

  it('is pending while it waits for a run that is not there', async () => {
    const { channel, subscription } = open('soon')
    await subscription.open(channel, '')
    expect(subscription.isPending).toBe(true)
    startRun({ name: 'c', transport, runId: 'soon' })
    await expect.poll(() => subscription.isPending).toBe(false)
  })

  it('tells a lost run, and one that never came, each in its way', () => {
    const { subscription, sent, over } = open('a')
    subscription.lost({ update_type: 'error', status: 'error', error: 'gone', code: 'lost', ts: 1 })
    const other = open('b')
    other.subscription.notFound()

    expect(sent).toMatchObject([{ type: 'event', run_id: 'a', event: { code: 'lost' } }])
    expect([over, other.over]).toEqual([['done'], ['not found', 'done']])
  })
})
