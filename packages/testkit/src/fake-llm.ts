import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { listen } from './listen.js'

/** A chat completion that was asked for. */
export interface FakeLlmRequest {
  readonly model: string
  readonly stream: boolean
  readonly messages: readonly { readonly role: string; readonly content: string }[]
  /** Text of the last message. */
  readonly prompt: string
  /** The key it came with. */
  readonly apiKey: string | undefined
  /** How many pieces of the answer have been sent so far. */
  readonly sent: number
  /** How it went: answered whole, refused or broken off by this server, or given up by the client. Settles when that is known. */
  readonly ended: Promise<'answered' | 'failed' | 'aborted'>
}

/** Options of `createFakeLlm`; all have defaults. */
export interface FakeLlmOptions {
  /**
   * The answer: a text, sent word by word, or pieces of one as they come. May hang on the request.
   * Default: "You said: " and the prompt's first words.
   */
  reply?: FakeLlmReply | ((request: FakeLlmRequest) => FakeLlmReply)
  /** Time between two pieces, ms. Default 0. */
  tokenDelayMs?: number
  /** Fails every completion: with an HTTP status, or by resetting the connection after some pieces. Default none. */
  failWith?: { status: number; message?: string } | { resetAfter: number }
}

/** A whole text, or its pieces. */
export type FakeLlmReply = string | AsyncIterable<string>

/** An HTTP server that answers as a model server does. */
export interface FakeLlm {
  /** For `OPENAI_BASE_URL`: `http://127.0.0.1:<port>/v1`. */
  readonly url: string
  /** The completions asked for, in order. */
  readonly requests: readonly FakeLlmRequest[]
  close(): Promise<void>
}

/**
 * Starts a server on a free port of the loopback address that speaks OpenAI's chat completions, as JSON and as a stream, and lists its
 * one model. A prompt that holds `!error 429` gets that HTTP status. When a client goes away, the answer stops.
 *
 * @example
 * const llm = await createFakeLlm({ reply: 'Hello there.' })
 * const client = new OpenAI({ baseURL: llm.url, apiKey: 'any' })
 */
export async function createFakeLlm(options: FakeLlmOptions = {}): Promise<FakeLlm> {
  const requests: FakeLlmRequest[] = []
  const server = await listen((request, response) => {
    answer(request, response, options, requests).catch((error: unknown) => {
      // The client is gone, or the reply of the test threw: either way nothing more can be said on this connection.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  return { url: `${server.url}/v1`, requests, close: server.close }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: FakeLlmOptions,
  requests: FakeLlmRequest[],
): Promise<void> {
  const path = request.url?.split('?')[0]
  if (request.method === 'GET' && path === '/v1/models') {
    return sendJson(response, 200, {
      object: 'list',
      data: [{ id: 'fake', object: 'model', created: 0, owned_by: 'test' }],
    })
  }
  if (request.method !== 'POST' || path !== '/v1/chat/completions') {
    return sendError(
      response,
      404,
      `Expected POST /v1/chat/completions or GET /v1/models; got ${request.method} ${path}.`,
    )
  }
  const body = await readJson(request)
  if (body === undefined) return sendError(response, 400, 'Expected a JSON object as the body.')
  const call = new Call(body, request.headers.authorization, response)
  requests.push(call)
  const forced = /!error (\d{3})/.exec(call.prompt)?.[1]
  const { failWith } = options
  if (forced !== undefined) return sendError(response, Number(forced), `The prompt asked for ${forced}.`)
  if (failWith && 'status' in failWith) {
    return sendError(response, failWith.status, failWith.message ?? `This server always answers ${failWith.status}.`)
  }
  await (call.stream ? sendStream(call, response, options) : sendWhole(call, response, options))
}

class Call implements FakeLlmRequest {
  readonly model: string
  readonly stream: boolean
  readonly messages: FakeLlmRequest['messages']
  readonly prompt: string
  readonly apiKey: string | undefined
  readonly ended: FakeLlmRequest['ended']
  readonly gone = new AbortController()
  readonly usageAsked: boolean
  readonly #whenGone: Promise<undefined>
  sent = 0

  constructor(body: ChatBody, authorization: string | undefined, response: ServerResponse) {
    this.model = body.model ?? 'fake'
    this.stream = body.stream === true
    this.messages = (body.messages ?? []).map(({ role, content }) => ({ role, content: textOf(content) }))
    this.prompt = this.messages.at(-1)?.content ?? ''
    this.apiKey = authorization?.replace(/^Bearer /, '')
    this.usageAsked = body.stream_options?.include_usage === true
    this.#whenGone = new Promise((resolve) => this.gone.signal.addEventListener('abort', () => resolve(undefined)))
    this.ended = new Promise((resolve) => {
      response.on('close', () => {
        const isWhole = response.writableFinished && response.statusCode === 200
        const isRefused = response.writableFinished || response.errored !== null
        resolve(isWhole ? 'answered' : isRefused ? 'failed' : 'aborted')
        this.gone.abort()
      })
    })
  }

  async *pieces({ reply, tokenDelayMs = 0 }: FakeLlmOptions): AsyncGenerator<string, void, undefined> {
    const given = typeof reply === 'function' ? reply(this) : (reply ?? `You said: ${this.prompt.slice(0, 60)}`)
    const source = (typeof given === 'string' ? wordsOf(given) : given)[Symbol.asyncIterator]()
    try {
      while (!this.gone.signal.aborted) {
        // The reply may hang, and a client that goes away must not wait for it.
        const next = await Promise.race([source.next(), this.#whenGone])
        if (next === undefined || next.done) return
        if (tokenDelayMs > 0 && this.sent > 0) await wait(tokenDelayMs, undefined, { signal: this.gone.signal })
        yield next.value
        this.sent += 1
        // A reply that is ready at once would keep the thread from noticing that the client is gone.
        await nextTurn()
      }
    } finally {
      source.return?.()?.catch(() => undefined)
    }
  }

  usage(): { prompt_tokens: number; completion_tokens: number; total_tokens: number } {
    const prompt = this.messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4), 0)
    return { prompt_tokens: prompt, completion_tokens: this.sent, total_tokens: prompt + this.sent }
  }
}

async function* wordsOf(text: string): AsyncGenerator<string, void, undefined> {
  yield* text.match(/\s*\S+|\s+$/g) ?? []
}

async function sendStream(call: Call, response: ServerResponse, options: FakeLlmOptions): Promise<void> {
  const send = (choices: readonly unknown[], more: object = {}) => {
    const chunk = { id: 'fake-1', object: 'chat.completion.chunk', created: 0, model: call.model, choices, ...more }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
  const resetAfter = options.failWith && 'resetAfter' in options.failWith ? options.failWith.resetAfter : undefined
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  send([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }])
  for await (const piece of call.pieces(options)) {
    if (resetAfter !== undefined && call.sent >= resetAfter) break
    send([{ index: 0, delta: { content: piece }, finish_reason: null }])
  }
  if (call.gone.signal.aborted) return
  if (resetAfter !== undefined) throw new Error('This server breaks its answers off.')
  send([{ index: 0, delta: {}, finish_reason: 'stop' }])
  if (call.usageAsked) send([], { usage: call.usage() })
  response.end('data: [DONE]\n\n')
}

async function sendWhole(call: Call, response: ServerResponse, options: FakeLlmOptions): Promise<void> {
  let content = ''
  for await (const piece of call.pieces(options)) content += piece
  if (call.gone.signal.aborted) return
  if (options.failWith) throw new Error('This server breaks its answers off.')
  const message = { role: 'assistant', content, refusal: null }
  sendJson(response, 200, {
    id: 'fake-1',
    object: 'chat.completion',
    created: 0,
    model: call.model,
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    usage: call.usage(),
  })
}

interface ChatBody {
  model?: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: readonly { role: string; content: unknown }[]
}

async function readJson(request: IncomingMessage): Promise<ChatBody | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof body === 'object' && body !== null ? body : undefined
  } catch {
    return undefined
  }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : ''
  return content.map((part: { text?: unknown }) => (typeof part.text === 'string' ? part.text : '')).join('')
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: 'fake_error', param: null, code: null } })
}
