import type { Draft } from './draft.js'

/** A document that comes with the demo. */
export interface SampleInfo {
  readonly id: string
  readonly title: string
  readonly size: string
}

/** What the server says of itself. */
export interface DemoInfo {
  /** Who writes, in a sentence. */
  readonly author: string
  readonly samples: readonly SampleInfo[]
}

/** Asks the server who writes, and which samples it has. */
export async function readInfo(): Promise<DemoInfo> {
  const { author, samples } = await (await fetch('/api/info')).json()
  const sentence = author.connected
    ? `Written by ${author.name}.`
    : `No LLM is connected: the summary is made of the document’s own best sentences. Set OPENAI_BASE_URL and OPENAI_API_KEY to have a model write.`
  return { author: sentence, samples }
}

/** Fetches a sample. */
export async function readSample(id: string): Promise<Blob> {
  return (await fetch(`/texts/${encodeURIComponent(id)}`)).blob()
}

/**
 * Starts a run on a document and gives its id.
 *
 * @throws (rejects with) Error that says for people why the server would not
 */
export async function startRun({ name, body }: Draft): Promise<string> {
  const response = await fetch(`/api/runs?title=${encodeURIComponent(name)}`, { method: 'POST', body }).catch(() => {
    throw new Error('The server cannot be reached. Start it again, then press Summarise once more.')
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(answer.error)
  return answer.runId
}
