import { Announcer } from './announcer.js'
import { Composer } from './composer.js'
import { Nothing } from './nothing.js'
import { RunList } from './run-list.js'
import { RunPanel } from './run-panel.js'
import { TopBar } from './top-bar.js'
import { useVisit } from './use-visit.js'

/** The page. */
export function App() {
  const { selected } = useVisit()
  return (
    <>
      <TopBar />
      <main className="page">
        <div className="rail">
          <Composer />
          <RunList />
        </div>
        {selected === null ? <Nothing /> : <RunPanel key={selected} runId={selected} />}
      </main>
      <Announcer runId={selected} />
      <footer className="note">
        This page is made with React, <code>@llmmon/react</code> and <code>useChainMonitor(runId)</code>.
      </footer>
    </>
  )
}
