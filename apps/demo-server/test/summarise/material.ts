import type { Commission, Material, Piece } from '../../src/summarise/author.js'
import { rankSentences } from '../../src/summarise/rank-sentences.js'
import { splitDocument } from '../../src/summarise/split-document.js'

/** A text, split and ranked. */
export async function materialOf(text: string): Promise<Material> {
  const document = await splitDocument(text)
  return { document, ranking: await rankSentences(document) }
}

/** A commission that is in no hurry, with what should be different. */
export function commissionWith(overrides: Partial<Commission> = {}): Commission {
  return { signal: new AbortController().signal, wordDelayMs: 0, onUsage: () => undefined, ...overrides }
}

/** All pieces of what an author writes. */
export async function written(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const all: Piece[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}
