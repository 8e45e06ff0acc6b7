import { factsOf, isSame } from '@llmmon/demo-page'
import { useChainMonitor } from '@llmmon/react'
import { Fragment } from 'react'

/** The rest of what is known of a run. */
export function FactList({ runId }: { runId: string }) {
  const facts = useChainMonitor(runId, { select: factsOf, isEqual: isSame })
  return (
    <details className="facts">
      <summary>Details</summary>
      <dl id="facts">
        {facts.map(([term, text]) => (
          <Fragment key={term}>
            <dt>{term}</dt>
            <dd className="said">{text}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  )
}
