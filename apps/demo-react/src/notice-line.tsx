import { isSame, knownIn, noticeOf } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'
import { useVisit } from './use-visit.js'

/** The one line about a run that matters most now. */
export function NoticeLine({ runId }: { runId: string }) {
  const known = knownIn(useVisit(), runId)
  const { kind, text } = useChainMonitor(runId, { select: (run) => noticeOf(run, known), isEqual: isSame })
  if (kind === 'error') {
    return (
      <p id="error" className="alert said">
        {text}
      </p>
    )
  }
  return (
    <p id="notice" className="notice said" data-kind={kind}>
      {text}
    </p>
  )
}
