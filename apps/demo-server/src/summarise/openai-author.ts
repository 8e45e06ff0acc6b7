import type OpenAI from 'openai'
import type { Author, Commission, Material, Piece } from './author.js'
import { ModelError } from './model-error.js'
import { promptFor, type Task } from './prompt.js'

/** Options of `createOpenAiAuthor`. */
export interface OpenAiAuthorOptions {
  /** Where the server is, as `http://localhost:11434/v1`. Default OpenAI's own. */
  readonly baseUrl?: string
  /** Default a placeholder: servers of one's own ask for none. */
  readonly apiKey?: string
  /** Default `gpt-4o-mini`. */
  readonly model?: string
  /** How much of a document the model gets to read, in UTF-16 units: about 4 to a token. Default 24 000. */
  readonly excerptLength?: number
  /** How long the server may take to begin an answer, ms. Default 120 000, since local models are loaded first. */
  readonly timeoutMs?: number
  /** How often a call is tried again that failed for the server's or the network's sake. Default 2. */
  readonly maxRetries?: number
}

const ownBaseUrl = 'https://api.openai.com/v1'

/**
 * The author that has a language model write, by the official client: OpenAI, or any server that speaks its chat completions.
 * The client is loaded with the first request.
 *
 * @example
 * createOpenAiAuthor({ baseUrl: 'http://localhost:11434/v1', model: 'llama3.2' })   // Ollama
 * createOpenAiAuthor({ baseUrl: 'http://localhost:8000/v1', model: 'Qwen/Qwen2.5-7B-Instruct' })   // vLLM
 */
export function createOpenAiAuthor(options: OpenAiAuthorOptions = {}): Author {
  const { baseUrl = ownBaseUrl, model = 'gpt-4o-mini', excerptLength = 24_000 } = options
  let client: Promise<OpenAI> | undefined

  async function* write(
    task: Task,
    material: Material,
    commission: Commission,
  ): AsyncGenerator<Piece, void, undefined> {
    const { signal, onUsage } = commission
    signal.throwIfAborted()
    let isEmpty = true
    try {
      client ??= connect({ ...options, baseUrl })
      const { chat } = await client
      const stream = await chat.completions.create(
        {
          model,
          messages: [...promptFor(task, material, excerptLength)],
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal },
      )
      for await (const { choices, usage } of stream) {
        if (usage) onUsage({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens })
        const delta = choices[0]?.delta
        const thought = reasoningOf(delta)
        if (thought) yield { delta: thought, channel: 'reasoning' }
        if (!delta?.content) continue
        isEmpty = false
        yield delta.content
      }
    } catch (error) {
      signal.throwIfAborted()
      throw new ModelError(error, { baseUrl, model })
    }
    // The client ends its stream quietly when the signal aborts.
    signal.throwIfAborted()
    if (isEmpty)
      throw new Error(`The model "${model}" answered without any text. Try again or name another in OPENAI_MODEL.`)
  }

  return {
    name: model,
    connected: true,
    outline: (material, commission) => write('outline', material, commission),
    summary: (material, commission) => write('summary', material, commission),
    keywords: (material, commission) => write('keywords', material, commission),
  }
}

async function connect(options: OpenAiAuthorOptions): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai')
  const { baseUrl, apiKey, timeoutMs = 120_000, maxRetries = 2 } = options
  // null where the environment must not be asked: the options are all there is.
  return new Client({
    baseURL: baseUrl ?? ownBaseUrl,
    apiKey: apiKey ?? 'none-needed',
    organization: null,
    project: null,
    timeout: timeoutMs,
    maxRetries,
  })
}

/** Models that think aloud have no common field for it: vLLM and DeepSeek call it `reasoning_content`, Ollama `reasoning`. */
function reasoningOf(delta: unknown): string | undefined {
  const fields = (delta ?? {}) as { reasoning_content?: unknown; reasoning?: unknown }
  const thought = fields.reasoning_content ?? fields.reasoning
  return typeof thought === 'string' && thought !== '' ? thought : undefined
}
