import { type MonitoredChain, monitorChain, type Run, type Step, type Transport } from '@llmmon/core'
import type { Author, Commission, Material, Piece } from './author.js'
import { parseKeywords } from './keyword-list.js'
import { parseOutline } from './outline.js'
import { type Ranking, rankSentences } from './rank-sentences.js'
import { shorten } from './shorten.js'
import { type SplitDocument, splitDocument } from './split-document.js'
import { countWords, type SummaryStats, summaryStats } from './summary-stats.js'

/** Options of `createSummariseChain`. */
export interface SummariseChainOptions {
  readonly transport: Transport
  /** Who writes: `extractiveAuthor`, or a language model. */
  readonly author: Author
  /**
   * How long the extractive author takes over a word, ms, so that a person can watch it write. A language model has a pace of its own.
   * Default 25; 0 is as fast as it goes.
   */
  readonly pace?: { readonly wordDelayMs?: number }
  /** What to do when a run's id is taken, see `monitorChain`. Default `refuse`. */
  readonly ifExists?: 'refuse' | 'replace'
}

/** A document summarised. */
export interface Summary {
  readonly title: string
  readonly summary: string
  /** A line for each main point, under the heading of its part where it has one: `Heading: point`. */
  readonly outline: readonly string[]
  readonly keywords: readonly string[]
  readonly stats: SummaryStats
}

/**
 * The demo's chain: split → rank → outline → summary → keywords, over a pasted text or the bytes of a file. A `custom` event
 * `author` tells its viewers first who writes.
 *
 * @throws (`execute` rejects with) DocumentError for a document that is no text; ModelError when the model fails
 * @example
 * const chain = createSummariseChain({ transport, author: chooseAuthor() })
 * const { runId } = chain.start(text)
 */
export function createSummariseChain(options: SummariseChainOptions): MonitoredChain<string | Uint8Array, Summary> {
  const { transport, author, pace: { wordDelayMs = 25 } = {}, ifExists = 'refuse' } = options
  const writing = author.connected ? 'llm' : 'tool'

  const summarise = async (source: string | Uint8Array, run: Run): Promise<Summary> => {
    run.custom('author', { name: author.name, connected: author.connected })
    const { signal } = run

    const document = await run.step(
      'split',
      (step) => splitDocument(source, { signal, onProgress: (percentage) => step.progress(percentage) }),
      { kind: 'tool', result: describeSplit },
    )
    const ranking = await run.step(
      'rank',
      (step) => rankSentences(document, { signal, onProgress: (percentage) => step.progress(percentage) }),
      { kind: 'tool', result: (found) => describeRanking(document, found) },
    )
    const material: Material = { document, ranking }
    const commission = (step: Step): Commission => ({
      signal,
      wordDelayMs,
      onUsage: (usage) => step.usage({ ...usage }),
    })
    const pick = (piece: Piece) => piece

    const outline = await run.step(
      'outline',
      async (step) => parseOutline(await step.tap(author.outline(material, commission(step)), pick)),
      { kind: writing },
    )
    const summary = await run.step(
      'summary',
      async (step) => (await step.tap(author.summary(material, commission(step)), pick)).trim(),
      { kind: writing, result: (text) => ({ words: countWords(text) }) },
    )
    // Not tapped: the text that a run shows at its end is the summary.
    const keywords = await run.step(
      'keywords',
      async (step) => parseKeywords(await textOf(author.keywords(material, commission(step)))),
      { kind: writing },
    )
    const title = document.title ?? shorten(document.sentences[0]?.text ?? '', 80)
    return { title, summary, outline, keywords, stats: summaryStats(material, summary, author) }
  }

  return monitorChain(summarise, { name: 'summarise', transport, totalSteps: 5, ifExists })
}

async function textOf(pieces: AsyncIterable<Piece>): Promise<string> {
  let text = ''
  for await (const piece of pieces) if (typeof piece === 'string') text += piece
  return text
}

function describeSplit({ title, sections, passages, sentences, words, characters, isCut }: SplitDocument): unknown {
  return {
    ...(title !== null && { title }),
    sections: sections.filter(({ heading }) => heading !== null).length,
    passages: passages.length,
    sentences: sentences.length,
    words,
    characters,
    ...(isCut && { isCut }),
  }
}

function describeRanking({ sentences }: SplitDocument, { scores, compared, edges, iterations }: Ranking): unknown {
  const best = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, 3)
  const top = best.map((index) => ({
    score: Math.round((scores[index] ?? 0) * 100) / 100,
    sentence: shorten(sentences[index]?.text ?? '', 160),
  }))
  return { compared, edges, iterations, top }
}
