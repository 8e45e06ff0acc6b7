import { addressOf, headOf, knownIn, seconds } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'
import { useState } from 'react'
import { useNow } from './use-now.js'
import { useVisit } from './use-visit.js'

/** What stands above a run: its title, how it stands, and what can be done with it. */
export function RunHead({ runId }: { runId: string }) {
  const run = useChainMonitor(runId)
  const [problem, setProblem] = useState('')
  const { title, status, word, progress, isOver, canStop, startedAt, endedAt } = headOf(run, knownIn(useVisit(), runId))
  const now = useNow(!isOver)
  const percent = progress === null ? null : Math.round(progress)

  const stop = async () => {
    setProblem('')
    await run.cancel('the button on the page').catch((error) => setProblem(`It could not be stopped: ${error.message}`))
  }
  return (
    <>
      <div className="run-head">
        <div>
          <h2 id="run-heading" className="said">
            {title}
          </h2>
          <p className="run-line">
            <span id="run-state" className="badge" data-status={status}>
              {word}
            </span>
            <span id="run-time">{seconds(startedAt, endedAt ?? now)}</span>
            {!isOver && percent !== null && <span id="run-percent">{percent} %</span>}
            <code id="run-id">{runId}</code>
          </p>
        </div>
        <div className="actions">
          <a id="second-tab" className="button" href={addressOf(runId)} target="_blank" rel="noopener">
            Open in a second tab
          </a>
          <button id="stop" className="danger" type="button" disabled={!canStop} onClick={stop}>
            Stop
          </button>
        </div>
      </div>
      <div
        id="progress"
        className="bar-line large"
        data-status={status}
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
      >
        <span style={{ transform: `scaleX(${(progress ?? 0) / 100})` }} />
      </div>
      {problem !== '' && !isOver && <p className="alert said">{problem}</p>}
    </>
  )
}
