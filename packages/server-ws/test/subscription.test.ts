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

function open(runId: string) {
  const sent: { [field: string]: unknown }[] = []
  const over: string[] = []
  const channel = new RunChannel(runId, resolveOptions({ transport, authorize: allowAnyone }), () => 0)
  channels.push(channel)
  const subscription = new Subscription(runId, 4, undefined, undefined, {
    send: (frame) => sent.push(JSON.parse(frame.toString())),
    hasRoom: () => true,
    done: () => over.push('done'),
    notFound: () => over.push('not found'),
  })
  return { channel, subscription, sent, over }
}

describe('Subscription', () => {
  it('answers before anything of the run, and ends with it', async () => {
    const run = startRun({ name: 'c', transport, runId: 'whole' })
    run.complete()
    await run.flushed()
    const { channel, subscription, sent, over } = open('whole')
    await subscription.open(channel)

    expect(sent.map(({ type }) => type)).toEqual(['subscribed', 'events', 'end'])
    expect(sent[0]).toEqual({ type: 'subscribed', ref: 4, run_id: 'whole', phase: 'ended' })
    expect([over, subscription.isClosed, channel.size]).toEqual([['done'], true, 0])
  })

  it('says nothing more once it is closed, even while it was opening', async () => {
    const { channel, subscription, sent } = open('later')
    const opening = subscription.open(channel)
    subscription.close()
    await opening
    subscription.status('stalled')
    subscription.reset('gap')

    expect(sent).toEqual([])
    expect(channel.size).toBe(0)
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
