import type { MonitorSnapshot } from '@llmmon/client'

/** A sign for how a step or a run stands; the word stands beside it or in its label. */
export const marks = {
  pending: '○',
  running: '●',
  completed: '✓',
  error: '✕',
  cancelled: '–',
  interrupted: '–',
} as const

const words = {
  pending: 'waiting to start',
  running: 'running',
  completed: 'completed',
  error: 'failed',
  cancelled: 'stopped',
} as const

/** How a run stands, in a word. */
export function runWord({ status, cancelling }: Pick<MonitorSnapshot, 'status' | 'cancelling'>): string {
  return cancelling ? 'stopping' : words[status]
}

/** How a run has ended, in a word. */
export function endWord(status: 'completed' | 'error' | 'cancelled'): string {
  return words[status]
}
