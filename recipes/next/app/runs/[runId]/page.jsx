import { chainServer } from '../../chain-server.js'
import { LiveRun } from './live-run.jsx'

// A server component: asks how the run stands now, so that the page shows it before any script has run.
export default async function Page({ params }) {
  const { runId } = await params
  const response = await fetch(`${chainServer}/runs/${runId}`, { cache: 'no-store' })
  return <LiveRun runId={runId} initialState={await response.json()} url={chainServer} />
}
