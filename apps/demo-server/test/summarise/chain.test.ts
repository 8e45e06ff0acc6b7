import { readFileSync } from 'node:fs'
import { decodeBatch, followRun, memoryTransport, type RunEvent, readRun, type Transport } from '@llmmon/core'
import { createFakeLlm } from '@llmmon/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Author } from '../../src/summarise/author.js'
import { createSummariseChain } from '../../src/summarise/chain.js'
import { extractiveAuthor } from '../../src/summarise/extractive-author.js'
import { createOpenAiAuthor } from '../../src/summarise/openai-author.js'
import { wordStream } from '../../src/summarise/word-stream.js'
import { alice, gettysburg } from './sample-text.js'

let transport: Transport

beforeEach(() => {
  transport = memoryTransport()
})
afterEach(() => transport.close())

const steps = ['split', 'rank', 'outline', 'summary', 'keywords']
const chainOf = (author: Author) => createSummariseChain({ transport, author, pace: { wordDelayMs: 0 } })

/** Tells every event of a run, until its last. */
function watch(runId: string, onEvent: (event: RunEvent) => void): Promise<void> {
  return new Promise((resolve) => {
    const { stop } = followRun(transport, runId, {
      batches(batches) {
        for (const event of batches.flatMap(({ text }) => decodeBatch(text).events)) {
          onEvent(event)
          if (!['complete', 'error', 'cancelled'].includes(event.update_type)) continue
          stop()
          resolve()
        }
      },
      reset: () => undefined,
      info: () => undefined,
      error: (error) => {
        throw error
      },
    })
  })
}

describe('createSummariseChain', () => {
  it('summarises a text', async () => {
    const { title, summary, outline, keywords, stats } = await chainOf(extractiveAuthor).execute(gettysburg)

    expect(title).toBe('The Gettysburg Address')
    expect(summary).toMatch(/^Four score and seven years ago/)
    expect(outline).toHaveLength(3)
    expect(keywords).toContain('nation')
    expect(stats).toMatchObject({ words: 271, author: 'extractive summariser', connected: false })
  })

  it('takes the bytes of a file, and names a text without title by its beginning', async () => {
    const source = Buffer.from('Bees make honey in summer. In winter they eat it.')

    expect(await chainOf(extractiveAuthor).execute(source)).toMatchObject({ title: 'Bees make honey in summer.' })
  })

  it('shows its steps with what they found, its progress and its text', async () => {
    const { runId, result } = chainOf(extractiveAuthor).start(gettysburg)
    const progress: (number | null)[] = []
    await watch(runId, (event) => {
      if (event.update_type === 'step') progress.push(event.progress_percentage)
    })
    const run = await readRun(transport, runId)
    const { summary, outline, keywords } = await result

    expect(progress).toEqual([20, 40, 60, 80, 100])
    expect(run?.steps.map(({ name, kind, status }) => [name, kind, status])).toEqual(
      steps.map((name) => [name, 'tool', 'completed']),
    )
    expect(run?.steps.map((step) => step.result)).toEqual([
      { title: 'The Gettysburg Address', sections: 0, passages: 3, sentences: 10, words: 271, characters: 1_493 },
      { compared: 10, edges: expect.any(Number), iterations: expect.any(Number), top: expect.any(Array) },
      outline,
      { words: countSpaced(summary) },
      keywords,
    ])
    expect(run?.steps[2]?.text).toMatch(/^- Four score/)
    expect(run?.text).toBe(summary)
    expect(run?.result).toMatchObject({ summary, keywords })
  })

  it('says first who writes', async () => {
    const { runId, result } = chainOf(extractiveAuthor).start(gettysburg)
    const customs: unknown[] = []
    await watch(runId, (event) => {
      if (event.update_type === 'custom') customs.push([event.name, event.data])
    })
    await result

    expect(customs).toEqual([['author', { name: 'extractive summariser', connected: false }]])
  })

  it('has a language model write, in steps of the kind llm, and adds up what it used', async () => {
    const llm = await createFakeLlm({
      reply: ({ prompt }) => (prompt.startsWith('Write the outline') ? '- A: one\n- B: two' : 'Red, green, blue'),
    })
    const author = createOpenAiAuthor({ baseUrl: llm.url, model: 'fake' })
    const { runId, result } = chainOf(author).start(gettysburg)

    expect(await result).toMatchObject({
      outline: ['A: one', 'B: two'],
      summary: 'Red, green, blue',
      keywords: ['Red', 'green', 'blue'],
      stats: { author: 'fake', connected: true },
    })
    const run = await readRun(transport, runId)
    expect(run?.steps.map(({ kind }) => kind)).toEqual(['tool', 'tool', 'llm', 'llm', 'llm'])
    expect(run?.steps.map(({ usage }) => usage?.outputTokens)).toEqual([undefined, undefined, 6, 3, 3])
    expect(run?.usage).toMatchObject({ outputTokens: 12 })
    await llm.close()
  })

  it.each([
    ['an empty text', '', 'this one is empty'],
    ['a text without words', '...', 'not a single letter'],
    ['a picture', readFileSync(new URL('../../texts/not-a-text.png', import.meta.url)), 'this file is a PNG picture'],
  ])('fails in its first step on %s', async (_, source, message) => {
    const { runId, result } = chainOf(extractiveAuthor).start(source)

    await expect(result).rejects.toMatchObject({ name: 'DocumentError', message: expect.stringContaining(message) })
    const run = await readRun(transport, runId)
    expect(run).toMatchObject({ status: 'error', error: { message: expect.stringContaining(message) } })
    expect(run?.steps.map(({ name, status }) => [name, status])).toEqual([['split', 'error']])
  })

  it('tells what is wrong with the model server', async () => {
    const llm = await createFakeLlm({ failWith: { status: 401, message: 'No such key.' } })
    const { runId, result } = chainOf(createOpenAiAuthor({ baseUrl: llm.url })).start(gettysburg)

    await expect(result).rejects.toThrow('OPENAI_API_KEY')
    const run = await readRun(transport, runId)
    expect(run?.error?.message).toContain('No such key.')
    expect(run?.steps.at(-1)).toMatchObject({ name: 'outline', status: 'error' })
    await llm.close()
  })

  it.each(steps)('stops when it is cancelled as the step %s begins', async (name) => {
    const { runId, result, cancel } = chainOf(authorStuckAt(name)).start(alice)
    const settled = expect(result).rejects.toMatchObject({ name: 'AbortError' })
    await watch(runId, (event) => {
      if (event.update_type === 'step_start' && event.step_name === name) cancel('enough')
    })

    await settled
    const run = await readRun(transport, runId)
    expect(run?.status).toBe('cancelled')
    expect(run?.steps.at(-1)?.status).not.toBe('running')
  })
})

/** Writes a word an hour from a step on: what it writes ends at once or never. */
function authorStuckAt(name: string): Author {
  const stuck: Author['outline'] = (_, { signal }) => wordStream('One two', { signal, wordDelayMs: 3_600_000 })
  return { ...extractiveAuthor, [name === 'summary' || name === 'keywords' ? name : 'outline']: stuck }
}

const countSpaced = (summary: string) => summary.split(/\s+/).filter((word) => /\w/.test(word)).length
