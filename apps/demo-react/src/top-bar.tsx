import { addressOf, connectionView, variants, watchedIn } from '@llmmon/demo-page'
import icon from '@llmmon/demo-page/icon.svg'
import { useChainMonitor } from '@llmmon/react'
import { useNow } from './use-now.js'
import { useVisit } from './use-visit.js'

/** The bar: the change between the three pages, and how this one is connected. */
export function TopBar() {
  const { selected } = useVisit()
  return (
    <header className="bar">
      <a className="brand" href="/">
        <img src={icon} alt="" width="22" height="22" /> llmmon
      </a>
      <nav id="switch" className="switch" aria-label="The same page, made with">
        {variants.map(({ name, path }) => (
          <a key={path} href={addressOf(selected, path)} aria-current={name === 'React' ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <ConnectionSign />
    </header>
  )
}

function ConnectionSign() {
  const runId = watchedIn(useVisit())
  const connection = useChainMonitor(runId, { select: (run) => run.connection })
  const now = useNow(connection.state === 'waiting', 250)
  const { state, text, reason } = connectionView(runId === null ? null : connection, now)
  return (
    <p id="connection" className="connection" data-state={state} title={reason}>
      <i />
      <span>{text}</span>
    </p>
  )
}
