import { isSame, marks, type StepRow, seconds, stepRows } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'
import { useNow } from './use-now.js'

/** The steps of a run as a tree. However many tokens come, it renders only when a step does something. */
export function StepTree({ runId }: { runId: string }) {
  const rows = useChainMonitor(runId, { select: stepRows, isEqual: isSame })
  const endedAt = useChainMonitor(runId, { select: (run) => run.endedAt })
  const now = useNow(endedAt === null)
  return (
    <ol id="steps" className="steps" aria-label="Steps">
      <Steps rows={rows} now={endedAt ?? now} />
    </ol>
  )
}

function Steps({ rows, now }: { rows: readonly StepRow[]; now: number }) {
  return rows.map(({ stepId, name, status, detail, startedAt, endedAt, children }) => (
    <li key={stepId} data-status={status}>
      <div className="step" data-status={status}>
        <span className="mark" role="img" aria-label={status}>
          {marks[status]}
        </span>
        <bdi className="name said">{name}</bdi>
        <span className="time">{seconds(startedAt, endedAt ?? now)}</span>
        <span className="detail said">{detail}</span>
      </div>
      {children.length > 0 && (
        <ol>
          <Steps rows={children} now={now} />
        </ol>
      )}
    </li>
  ))
}
