import type { MonitorSnapshot } from '@llmmon/client'
import { summaryTextOf } from './summary.js'

/**
 * What a run writes, by paragraph: only the last one changes while it is written, so the others keep their nodes, and with
 * them what a person has selected.
 */
export function liveTextOf({
  status,
  text,
  result,
}: Pick<MonitorSnapshot, 'status' | 'text' | 'result'>): readonly string[] {
  const shown = status === 'completed' ? (summaryTextOf(result) ?? text) : text
  return shown.split(/\n{2,}/).filter((paragraph) => paragraph.trim() !== '')
}
