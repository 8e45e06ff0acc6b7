import type { MonitorSnapshot } from '@llmmon/client'
import { isJsonObject, type Json } from '@llmmon/core/protocol'

/** The result of the demo's chain, as far as the page shows it. */
export interface Summary {
  readonly outline: readonly string[]
  readonly keywords: readonly string[]
  /** Some numbers about it, in a sentence. */
  readonly figures: string
}

/** What came of a run: a summary, another value as text, or nothing (yet). */
export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'summary'; readonly summary: Summary }
  | { readonly kind: 'other'; readonly json: string }

const maxJson = 20_000

/** What came of a run. Whatever a chain gives is shown; only the demo's own summaries are laid out. */
export function outcomeOf({ status, result }: Pick<MonitorSnapshot, 'status' | 'result'>): Outcome {
  if (status !== 'completed') return { kind: 'none' }
  const { summary, outline, keywords, stats } = fieldsOf(result)
  if (typeof summary !== 'string') {
    const json = JSON.stringify(result, null, 2)
    return { kind: 'other', json: json.length > maxJson ? `${json.slice(0, maxJson)}…` : json }
  }
  return {
    kind: 'summary',
    summary: { outline: textsOf(outline), keywords: textsOf(keywords), figures: figuresOf(stats) },
  }
}

/** The text of a summary, where a run has given one. */
export function summaryTextOf(result: Json): string | undefined {
  const { summary } = fieldsOf(result)
  return typeof summary === 'string' ? summary : undefined
}

function figuresOf(stats: unknown): string {
  const { words, sentences, summaryWords } = fieldsOf(stats)
  if (typeof words !== 'number' || typeof sentences !== 'number' || typeof summaryWords !== 'number') return ''
  return `${count(words, 'word')} in ${count(sentences, 'sentence')}, told in ${summaryWords.toLocaleString('en')}`
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? [...new Set(value.filter((item) => typeof item === 'string'))] : []
}

function fieldsOf(value: unknown): { readonly [name: string]: unknown } {
  return isJsonObject(value) ? value : {}
}
