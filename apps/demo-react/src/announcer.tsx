import { announce } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'

/** Tells screen readers how the run stands that is shown: never of tokens, percentages or seconds. */
export function Announcer({ runId }: { runId: string | null }) {
  const text = useChainMonitor(runId, { select: announce })
  return (
    <p id="announcement" className="hidden" role="status">
      {runId === null ? '' : text}
    </p>
  )
}
