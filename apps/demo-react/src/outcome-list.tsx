import { isSame, outcomeOf } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'

/** What came of a run. */
export function OutcomeList({ runId }: { runId: string }) {
  const outcome = useChainMonitor(runId, { select: outcomeOf, isEqual: isSame })
  if (outcome.kind === 'none') return null
  if (outcome.kind === 'other') {
    return (
      <dl id="result" className="result">
        <dt>Result</dt>
        <dd>
          <pre className="said">{outcome.json}</pre>
        </dd>
      </dl>
    )
  }
  const { outline, keywords, figures } = outcome.summary
  return (
    <dl id="result" className="result">
      {outline.length > 0 && (
        <>
          <dt>Outline</dt>
          <dd>
            <ul>
              {outline.map((point) => (
                <li key={point} className="said">
                  {point}
                </li>
              ))}
            </ul>
          </dd>
        </>
      )}
      {keywords.length > 0 && (
        <>
          <dt>Keywords</dt>
          <dd>
            <div className="tags">
              {keywords.map((keyword) => (
                <span key={keyword} className="tag said">
                  {keyword}
                </span>
              ))}
            </div>
          </dd>
        </>
      )}
      {figures !== '' && (
        <>
          <dt>Figures</dt>
          <dd>{figures}</dd>
        </>
      )}
    </dl>
  )
}
