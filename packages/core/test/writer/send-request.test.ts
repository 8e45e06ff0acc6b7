import { testBatch } from '@llmmon/testkit'
import { describe, expect, it } from 'vitest'
import { type ClaimAnswer, memoryTransport, type Transport } from '../../src/index.js'
import { defaultWriterLimits } from '../../src/writer/limits.js'
import { RunWriter } from '../../src/writer/run-writer.js'
import { sendRequest } from '../../src/writer/send-request.js'

const label = { chain: 'c', metadata: { a: 1 }, tags: ['t'] }
const names = { owner: 'o', hostId: 'h' }

function makeWriter(): RunWriter {
  return new RunWriter({
    runId: 'r',
    ...label,
    ifExists: 'refuse',
    limits: defaultWriterLimits,
    heartbeatMs: 5_000,
    onStopped: () => undefined,
    onCancel: () => undefined,
  })
}

describe('sendRequest', () => {
  it('makes each request of the transport, under the label of its run', async () => {
    const transport = memoryTransport()
    const writer = makeWriter()
    const claimed = (await sendRequest(transport, writer, names, { op: 'claim', mode: 'new' })) as ClaimAnswer
    const epoch = claimed.answer === 'ok' ? claimed.epoch : ''
    const batch = testBatch('r', epoch, 1, 2)
    const checkpoint = { segments: [batch], replace: false }

    for (const [request, answer] of [
      [{ op: 'append', batch }, 'ok'],
      [{ op: 'heartbeat', epoch }, 'ok'],
      [{ op: 'checkpoint', epoch, checkpoint }, 'ok'],
      [{ op: 'restore', request: { epoch, segments: [batch], tail: [] } }, 'dup'],
    ] as const) {
      expect(await sendRequest(transport, writer, names, request)).toMatchObject({ answer })
    }
    expect(await sendRequest(transport, writer, names, { op: 'verify' })).toMatchObject({ ...label, last: 2 })
  })

  it('rejects with what a transport throws, which should have rejected', async () => {
    const transport: Transport = {
      ...memoryTransport(),
      heartbeat() {
        throw new Error('at once')
      },
    }

    await expect(sendRequest(transport, makeWriter(), names, { op: 'heartbeat', epoch: '1' })).rejects.toThrow(
      'at once',
    )
  })
})
