import { setTimeout as wait } from 'node:timers/promises'
import { createBreather } from './breather.js'

/** Options of `wordStream`. */
export interface WordStreamOptions {
  readonly signal?: AbortSignal
  /** Time between two pieces, ms. Default 0: as fast as they are taken. */
  readonly wordDelayMs?: number
}

/** Longest piece of a script without spaces. */
const longestPiece = 24

/**
 * Gives a text word by word, each with the space before it; joined, the pieces are the text.
 *
 * @throws the signal's reason once it has aborted
 */
export async function* wordStream(
  text: string,
  options: WordStreamOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { signal, wordDelayMs = 0 } = options
  const breather = createBreather(signal)
  let isFirst = true
  for (const piece of wordPieces(text)) {
    signal?.throwIfAborted()
    if (!isFirst && wordDelayMs > 0) await pause(wordDelayMs, signal)
    else if (breather.isDue) await breather.rest()
    isFirst = false
    yield piece
  }
}

/** The pieces of a text, in order. */
export function wordPieces(text: string): string[] {
  return (text.match(/\s*\S+|\s+$/gu) ?? []).flatMap((piece) => {
    if (piece.length <= longestPiece) return [piece]
    const characters = [...piece]
    const count = Math.ceil(characters.length / 4)
    return Array.from({ length: count }, (_, i) => characters.slice(i * 4, i * 4 + 4).join(''))
  })
}

async function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await wait(delayMs, undefined, signal ? { signal } : {})
  } catch (error) {
    // The timer rejects with an error of its own; whoever aborted gave the reason that counts.
    signal?.throwIfAborted()
    throw error
  }
}
