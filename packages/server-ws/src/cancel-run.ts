import type { ResolvedServerOptions } from './options.js'

/** What came of a wish to cancel. */
export type CancelOutcome = 'accepted' | 'already_ended' | 'not_found' | 'no_writer' | 'timeout' | 'internal'

/** How long the writer may take to act on a cancel, ms. */
const timeoutMs = 6_000

/** Asks the writer of a run to stop. Never rejects. */
export async function cancelRun(
  { transport, logger }: ResolvedServerOptions,
  runId: string,
  reason: string | null,
): Promise<CancelOutcome> {
  try {
    const answer = await inTime(transport.command(runId, { type: 'cancel', reason }))
    if (answer === undefined) return 'timeout'
    if (answer === 'stored') return 'accepted'
    if (answer === 'accepted' || answer === 'already_ended') return answer
    return (await transport.inspect(runId)) ? 'no_writer' : 'not_found'
  } catch (err) {
    logger.warn({ err, runId }, 'A cancel failed')
    return 'internal'
  }
}

async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs)
    timer.unref()
  })
  try {
    return await Promise.race([answer, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** What a client is told of a cancel that came to nothing. */
export const cancelFailures = {
  no_writer: 'Nobody runs this run any more.',
  timeout: 'The writer of this run did not answer in time.',
  internal: 'The cancel could not be delivered; try again.',
} as const
