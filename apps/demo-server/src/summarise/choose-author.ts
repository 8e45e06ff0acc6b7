import type { Author } from './author.js'
import { extractiveAuthor } from './extractive-author.js'
import { createOpenAiAuthor } from './openai-author.js'

/**
 * The author that the environment asks for: a language model where `OPENAI_BASE_URL` or `OPENAI_API_KEY` is set, else the
 * extractive one.
 *
 * | variable | |
 * | --- | --- |
 * | `OPENAI_BASE_URL` | the server: Ollama `http://localhost:11434/v1`, vLLM `http://localhost:8000/v1`; default OpenAI |
 * | `OPENAI_API_KEY` | the key; servers of one's own need none |
 * | `OPENAI_MODEL` | the model; default `gpt-4o-mini` |
 *
 * @throws Error when `OPENAI_BASE_URL` is not an HTTP address
 */
export function chooseAuthor(environment: { readonly [name: string]: string | undefined } = process.env): Author {
  const baseUrl = environment.OPENAI_BASE_URL?.trim() || undefined
  const apiKey = environment.OPENAI_API_KEY?.trim() || undefined
  const model = environment.OPENAI_MODEL?.trim() || undefined
  if (baseUrl === undefined && apiKey === undefined) return extractiveAuthor
  if (baseUrl !== undefined && !/^https?:\/\/[^/]/i.test(baseUrl)) {
    throw new Error(`Expected OPENAI_BASE_URL to be an address as http://localhost:11434/v1; it is "${baseUrl}".`)
  }
  return createOpenAiAuthor({ baseUrl, apiKey, model })
}
