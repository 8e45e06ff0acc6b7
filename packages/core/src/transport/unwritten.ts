import type { CommandAnswer, RunInfo } from './transport.js'

/** For how long the writer of a run that was given up may come back, ms. Then its end is final. */
export const abandonedGraceMs = 60_000

/**
 * What a command is answered for a run that nobody can be told of: it has ended, or nobody writes it (yet, or any more). Undefined for one that
 * is reserved or written.
 */
export function unwrittenAnswer(
  info: RunInfo | undefined,
): Extract<CommandAnswer, 'already_ended' | 'no_writer'> | undefined {
  if (!info) return 'no_writer'
  if (info.state === 'closed') return 'already_ended'
  if (info.state !== 'abandoned') return undefined
  // The last sign of life of a run that was given up is its end.
  return info.silentMs > abandonedGraceMs ? 'already_ended' : 'no_writer'
}
