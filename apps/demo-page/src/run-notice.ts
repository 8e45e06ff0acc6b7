import type { MonitorSnapshot } from '@llmmon/client'
import type { VisitedRun } from './visited-run.js'

/** The one line about a run that matters most now. */
export interface Notice {
  readonly kind: 'error' | 'stalled' | 'reconnecting' | 'stopped' | 'progress' | 'pending' | 'none'
  readonly text: string
}

/**
 * What to say about a run besides its progress. There is always one line, so that nothing moves when it changes.
 *
 * @param known what the visit remembers of it
 */
export function noticeOf(run: MonitorSnapshot, known?: VisitedRun): Notice {
  const { status, error, endedAt, connection, stalled, seq, steps } = run
  if (status === 'error') return { kind: 'error', text: error?.message ?? 'It failed without a word.' }
  if (status === 'cancelled') return { kind: 'stopped', text: `Stopped: ${error?.message ?? 'no reason given'}` }
  if (endedAt !== null) return { kind: 'none', text: '' }
  if (connection.state === 'refused')
    return { kind: 'error', text: connection.reason ?? 'The server refuses to show it.' }
  if (connection.state === 'waiting' || (connection.state === 'connecting' && seq > 0)) {
    return {
      kind: 'reconnecting',
      text: 'The connection is lost. Whatever happens meanwhile is caught up with as soon as it is back.',
    }
  }
  if (stalled) return { kind: 'stalled', text: 'The process that runs this gives no sign of life.' }
  if (status === 'pending') {
    return {
      kind: 'pending',
      text: known?.end ? 'It is over; asking whether it is still kept …' : 'Nobody has taken it up yet.',
    }
  }
  const speaker = steps.findLast(({ status, message }) => status === 'running' && message !== null)
  const message = speaker?.message ?? run.message
  if (message !== null) return { kind: 'progress', text: message }
  const step = steps.findLast(({ status }) => status === 'running')
  return { kind: 'progress', text: step ? `${step.name} …` : '' }
}
