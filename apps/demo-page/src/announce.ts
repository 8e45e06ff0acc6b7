import type { MonitorSnapshot } from '@llmmon/client'
import { headOf } from './run-head.js'

/**
 * What a screen reader is told of a run. It changes only where a person would want to be interrupted: never for tokens,
 * percentages or seconds.
 */
export function announce(run: MonitorSnapshot): string {
  const { title, word, isOver } = headOf(run)
  if (isOver) return run.error === null ? `${title}: ${word}` : `${title}: ${word}. ${run.error.message}`
  if (run.connection.state === 'waiting') return `${title}: the connection is lost, reconnecting`
  if (run.stalled) return `${title}: no sign of life`
  return `${title}: ${word}`
}
