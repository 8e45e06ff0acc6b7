import { createFakeLlm, type FakeLlm, type FakeLlmOptions, listen } from '@llmmon/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import type { ModelUsage } from '../../src/summarise/author.js'
import { createOpenAiAuthor, type OpenAiAuthorOptions } from '../../src/summarise/openai-author.js'
import { commissionWith, materialOf, written } from './material.js'
import { alice, gettysburg } from './sample-text.js'

const servers: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function fake(options: FakeLlmOptions = {}): Promise<FakeLlm> {
  const llm = await createFakeLlm(options)
  servers.push(llm)
  return llm
}

const authorAt = ({ url }: { url: string }, options: OpenAiAuthorOptions = {}) =>
  createOpenAiAuthor({ baseUrl: url, model: 'fake', maxRetries: 0, ...options })

describe('createOpenAiAuthor', () => {
  it.each(['outline', 'summary', 'keywords'] as const)('streams the %s and reports what it used', async (task) => {
    const llm = await fake({ reply: 'One two three.' })
    const used: ModelUsage[] = []
    const pieces = await written(
      authorAt(llm)[task](await materialOf(gettysburg), commissionWith({ onUsage: (usage) => used.push(usage) })),
    )

    expect(pieces).toEqual(['One', ' two', ' three.'])
    expect(used).toEqual([{ inputTokens: expect.any(Number), outputTokens: 3 }])
    expect(llm.requests).toHaveLength(1)
    expect(llm.requests[0]).toMatchObject({ model: 'fake', stream: true, apiKey: 'none-needed' })
    expect(llm.requests[0]?.prompt).toContain('Four score and seven years ago')
  })

  it('sends the key it was given', async () => {
    const llm = await fake()
    await written(authorAt(llm, { apiKey: 'k-1' }).summary(await materialOf(gettysburg), commissionWith()))

    expect(llm.requests[0]?.apiKey).toBe('k-1')
  })

  it('gives the model no more of a long document than the budget', async () => {
    const llm = await fake()
    await written(authorAt(llm, { excerptLength: 5_000 }).summary(await materialOf(alice), commissionWith()))

    expect(llm.requests[0]?.prompt.length).toBeLessThan(6_500)
  })

  it('passes on what a model thinks before it writes', async () => {
    const chunks = [{ reasoning_content: 'Hm.' }, { reasoning: ' So.' }, { content: 'Yes.' }]
    const server = await listen((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const delta of chunks) response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`)
      response.end('data: [DONE]\n\n')
    })
    servers.push(server)
    const pieces = written(
      authorAt({ url: `${server.url}/v1` }).summary(await materialOf(gettysburg), commissionWith()),
    )

    expect(await pieces).toEqual([
      { delta: 'Hm.', channel: 'reasoning' },
      { delta: ' So.', channel: 'reasoning' },
      'Yes.',
    ])
  })

  it('stops at the signal in the middle of an answer, and the server notices', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const llm = await fake({
      async *reply() {
        yield 'One'
        await new Promise(() => undefined)
      },
    })
    const stream = authorAt(llm).summary(await materialOf(gettysburg), commissionWith({ signal: controller.signal }))
    const reading = (async () => {
      for await (const _ of stream) controller.abort(reason)
    })()

    await expect(reading).rejects.toBe(reason)
    expect(await llm.requests[0]?.ended).toBe('aborted')
  })

  it('does not ask at all once the signal has aborted', async () => {
    const llm = await fake()
    const stream = authorAt(llm).summary(
      await materialOf(gettysburg),
      commissionWith({ signal: AbortSignal.abort(new Error('enough')) }),
    )

    await expect(written(stream)).rejects.toThrow('enough')
    expect(llm.requests).toHaveLength(0)
  })

  it.each([
    [401, 'OPENAI_API_KEY'],
    [404, 'OPENAI_MODEL'],
    [500, 'Try again'],
  ])('says what to do about a %i', async (status, advice) => {
    const llm = await fake({ failWith: { status } })
    const writing = written(authorAt(llm).summary(await materialOf(gettysburg), commissionWith()))

    await expect(writing).rejects.toMatchObject({
      name: 'ModelError',
      status,
      message: expect.stringContaining(advice),
    })
  })

  it('lets a document’s own words force an error, as the fake server does', async () => {
    const llm = await fake()
    const writing = written(authorAt(llm).summary(await materialOf('Please say !error 400 here.'), commissionWith()))

    await expect(writing).rejects.toMatchObject({ status: 400 })
  })

  it('fails when the connection breaks in the middle of an answer', async () => {
    const llm = await fake({ reply: 'One two three four', failWith: { resetAfter: 2 } })
    const writing = written(authorAt(llm).summary(await materialOf(gettysburg), commissionWith()))

    await expect(writing).rejects.toMatchObject({ name: 'ModelError', status: undefined })
  })

  it('says where no server answers', async () => {
    const llm = await createFakeLlm()
    await llm.close()
    const writing = written(authorAt(llm).summary(await materialOf(gettysburg), commissionWith()))

    await expect(writing).rejects.toThrow(`The model "fake" at ${llm.url} could not be reached`)
  })

  it('does not take silence for an answer', async () => {
    const llm = await fake({ reply: '' })
    const writing = written(authorAt(llm).summary(await materialOf(gettysburg), commissionWith()))

    await expect(writing).rejects.toThrow('answered without any text')
  })
})
