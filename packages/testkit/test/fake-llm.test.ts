import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { createFakeLlm, type FakeLlm, type FakeLlmOptions } from '../src/fake-llm.js'

let llm: FakeLlm | undefined

afterEach(() => llm?.close())

async function start(options: FakeLlmOptions = {}): Promise<{ server: FakeLlm; client: OpenAI }> {
  llm = await createFakeLlm(options)
  return { server: llm, client: new OpenAI({ baseURL: llm.url, apiKey: 'k-1', maxRetries: 0 }) }
}

const say = (content: string) => ({ model: 'fake', messages: [{ role: 'user' as const, content }] })

describe('createFakeLlm', () => {
  it('answers whole, with usage', async () => {
    const { server, client } = await start({ reply: 'Hello to you.' })
    const { choices, usage } = await client.chat.completions.create(say('Hi there'))

    expect(choices[0]?.message.content).toBe('Hello to you.')
    expect(usage).toEqual({ prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 })
    expect(server.requests[0]).toMatchObject({
      model: 'fake',
      stream: false,
      prompt: 'Hi there',
      apiKey: 'k-1',
      sent: 3,
    })
    expect(await server.requests[0]?.ended).toBe('answered')
  })

  it('streams word by word and sends the usage where it is asked for', async () => {
    const { client } = await start({ reply: 'Hello to you.' })
    const stream = await client.chat.completions.create({
      ...say('Hi'),
      stream: true,
      stream_options: { include_usage: true },
    })
    const deltas: unknown[] = []
    let usage: unknown
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) deltas.push(chunk.choices[0].delta.content)
      usage = chunk.usage ?? usage
    }

    expect(deltas).toEqual(['Hello', ' to', ' you.'])
    expect(usage).toMatchObject({ completion_tokens: 3 })
  })

  it('sends no usage that was not asked for, and ends with its mark', async () => {
    const { server } = await start({ reply: 'Hello' })
    const response = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ ...say('Hi'), stream: true }),
    })
    const body = await response.text()

    expect(body).not.toContain('usage')
    expect(body).toMatch(/\ndata: \[DONE\]\n\n$/)
  })

  it('answers what a function makes of the request', async () => {
    const { client } = await start({ reply: ({ prompt }) => prompt.toUpperCase() })
    const { choices } = await client.chat.completions.create({
      model: 'fake',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'in parts' }] }],
    })

    expect(choices[0]?.message.content).toBe('IN PARTS')
  })

  it('takes its time between two words', async () => {
    const { client } = await start({ reply: 'One two', tokenDelayMs: 5 })
    const startedAt = performance.now()
    await client.chat.completions.create(say('Hi'))

    // Timers may be a millisecond early.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(4)
  })

  it('lists its model', async () => {
    const { client } = await start()

    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['fake'])
  })

  it.each([
    [400, OpenAI.BadRequestError],
    [401, OpenAI.AuthenticationError],
    [404, OpenAI.NotFoundError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
  ])('answers %i to a prompt that asks for it', async (status, type) => {
    const { server, client } = await start()

    await expect(client.chat.completions.create(say(`please !error ${status}`))).rejects.toBeInstanceOf(type)
    expect(await server.requests[0]?.ended).toBe('failed')
  })

  it('fails every request with a status', async () => {
    const { client } = await start({ failWith: { status: 503, message: 'Loading the model.' } })

    await expect(client.chat.completions.create(say('Hi'))).rejects.toMatchObject({
      status: 503,
      message: expect.stringContaining('Loading the model.'),
    })
  })

  it('breaks off after some words', async () => {
    const { server, client } = await start({ reply: 'One two three', failWith: { resetAfter: 2 } })
    const stream = await client.chat.completions.create({ ...say('Hi'), stream: true })
    const reading = (async () => {
      for await (const _ of stream);
    })()

    await expect(reading).rejects.toThrow()
    expect(await server.requests[0]?.ended).toBe('failed')
    await expect(client.chat.completions.create(say('Hi'))).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
  })

  it('stops when the client goes away, even while its reply hangs', async () => {
    let isClosed = false
    const { server, client } = await start({
      async *reply() {
        try {
          for (let i = 0; ; i++) {
            yield `word${i} `
          }
        } finally {
          isClosed = true
        }
      },
    })
    const controller = new AbortController()
    const stream = await client.chat.completions.create({ ...say('Hi'), stream: true }, { signal: controller.signal })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'word3 ') controller.abort()

    expect(await server.requests[0]?.ended).toBe('aborted')
    expect(server.requests[0]?.sent).toBeGreaterThanOrEqual(3)
    await expect.poll(() => isClosed).toBe(true)
  })

  it('answers 404 to any other path', async () => {
    const { server } = await start()

    expect((await fetch(`${server.url}/completions`, { method: 'POST', body: '{}' })).status).toBe(404)
  })

  it('answers 400 to what is no JSON', async () => {
    const { server } = await start()

    expect((await fetch(`${server.url}/chat/completions`, { method: 'POST', body: '{' })).status).toBe(400)
  })
})
