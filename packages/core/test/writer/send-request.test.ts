import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { memoryTransport } from '../../src/index.js'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { RunWriter } from '../../src/writer/run-writer.js'
import { sendRequest } from '../../src/writer/send-request.js'

describe('sendRequest', () => {
  it('makes each request of the transport, under the label of its run', async () => {
    const transport = memoryTransport()
    const nothing = () => undefined
    const label = { chain: 'c', metadata: { a: 1 }, tags: ['t'] }
    const writer = new RunWriter({
      runId: 'r',
      ...label,
      ifExists: 'refuse',
      limits: defaultWriterLimits,
      heartbeatMs: 5_000,
      onStopped: nothing,
      onCancel: nothing,
    })
    const names = { owner: 'o', hostId: 'h' }
    const claimed = await sendRequest(transport, writer, names, { op: 'claim', mode: 'new' })
    const epoch = claimed.op === 'claim' && claimed.answer.answer === 'ok' ? claimed.answer.epoch : ''
    const batch = testBatch('r', epoch, 1, 2)
    const answers = [
      await sendRequest(transport, writer, names, { op: 'append', batch }),
      await sendRequest(transport, writer, names, { op: 'heartbeat', epoch }),
      await sendRequest(transport, writer, names, {
        op: 'checkpoint',
        epoch,
        checkpoint: { segments: [batch], replace: false },
      }),
      await sendRequest(transport, writer, names, { op: 'restore', request: { epoch, segments: [batch], tail: [] } }),
    ]

    expect(answers.map(({ op, answer }) => [op, (answer as { answer: string }).answer])).toEqual([
      ['append', 'ok'],
      ['heartbeat', 'ok'],
      ['checkpoint', 'ok'],
      ['restore', 'dup'],
    ])
    expect(await sendRequest(transport, writer, names, { op: 'verify' })).toMatchObject({
      answer: { ...label, last: 2 },
    })
  })
})
