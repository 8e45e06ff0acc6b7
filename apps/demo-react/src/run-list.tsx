import { addressOf, itemOf, marks, type VisitedRun } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'
import { type MouseEvent, useEffect } from 'react'
import { BarLine } from './bar-line.js'
import { useVisit, visit } from './use-visit.js'

/** The runs of the visit, each watched until it is over: any number of components share one connection. */
export function RunList() {
  const { runs, selected } = useVisit()
  const canForget = runs.some(({ end, runId }) => end !== null && runId !== selected)
  return (
    <section className="panel" id="runs" aria-labelledby="runs-heading">
      <div className="runs-head">
        <h2 id="runs-heading">Runs of this visit</h2>
        <button id="forget" className="link" type="button" hidden={!canForget} onClick={() => visit.forgetEnded()}>
          Clear finished
        </button>
      </div>
      {runs.length === 0 && <p className="note">None yet. Start several: they run side by side.</p>}
      <ul id="run-list" className="run-list">
        {runs.map((run) => (
          <li key={run.runId}>
            <RunItem known={run} isSelected={run.runId === selected} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function RunItem({ known, isSelected }: { known: VisitedRun; isSelected: boolean }) {
  const { runId, end } = known
  const isWatched = end === null
  const run = useChainMonitor(isWatched ? runId : null)
  useEffect(() => {
    if (isWatched) visit.saw(run)
  }, [isWatched, run])
  const { title, status, word, progress } = itemOf(known, isWatched ? run : null)

  const select = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    visit.select(runId)
  }
  return (
    <a href={addressOf(runId)} data-status={status} aria-current={isSelected || undefined} onClick={select}>
      <span className="mark" role="img" aria-label={status}>
        {marks[status]}
      </span>
      <bdi className="title">{title}</bdi>
      <span className="word">{word}</span>
      <BarLine status={status} progress={progress} />
    </a>
  )
}
