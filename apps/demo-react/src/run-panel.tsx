import { bringIntoView } from '@llmmon/demo-page'
import { useEffect, useRef } from 'react'
import { FactList } from './fact-list.js'
import { LiveText } from './live-text.js'
import { NoticeLine } from './notice-line.js'
import { OutcomeList } from './outcome-list.js'
import { RunHead } from './run-head.js'
import { StepTree } from './step-tree.js'

/** The run that is shown. Each part takes of the run what it needs, and renders only when that changes. */
export function RunPanel({ runId }: { runId: string }) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    if (panel.current) bringIntoView(panel.current)
  }, [])
  return (
    <section ref={panel} className="panel run" id="run" aria-labelledby="run-heading">
      <RunHead runId={runId} />
      <NoticeLine runId={runId} />
      <div className="columns">
        <StepTree runId={runId} />
        <div className="output">
          <LiveText runId={runId} />
          <OutcomeList runId={runId} />
        </div>
      </div>
      <FactList runId={runId} />
    </section>
  )
}
