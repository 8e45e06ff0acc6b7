import type { Ranking } from './rank-sentences.js'
import type { SplitDocument } from './split-document.js'

/** What there is to write from. */
export interface Material {
  readonly document: SplitDocument
  readonly ranking: Ranking
}

/** What a model call used, in tokens. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What an author is told besides the material. */
export interface Commission {
  /** Stops the writing; the stream then throws its reason. */
  readonly signal: AbortSignal
  /** For authors that need no time of their own: how long a word takes, ms, so that a person can watch. */
  readonly wordDelayMs: number
  /** Takes what a model call used, where there is one. */
  readonly onUsage: (usage: ModelUsage) => void
}

/** A piece of writing: text, or what a model thinks before it writes. */
export type Piece = string | { readonly delta: string; readonly channel: 'reasoning' }

/** Who writes outline, summary and keywords. Each is a stream of text that throws when it cannot be written. */
export interface Author {
  /** Who it is, for people: a model's name, or what is done without one. */
  readonly name: string
  /** True when a language model writes. */
  readonly connected: boolean
  /** A line `- Heading: point` for each main point. */
  outline(material: Material, commission: Commission): AsyncIterable<Piece>
  /** Prose; paragraphs are parted by an empty line. */
  summary(material: Material, commission: Commission): AsyncIterable<Piece>
  /** Keywords or short phrases, one a line. */
  keywords(material: Material, commission: Commission): AsyncIterable<Piece>
}
