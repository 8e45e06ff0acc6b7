import { createMonitorClient } from '@llmmon/client'
import { fold, initialRunState } from '@llmmon/core/state'
import { experimental_streamedQuery as streamedQuery } from '@tanstack/react-query'

const client = createMonitorClient()

/** A run as a query: its data is the run's state, which grows event by event; it has settled when the run has ended. */
export function runQuery(runId) {
  return {
    queryKey: ['run', runId],
    queryFn: streamedQuery({
      streamFn: ({ signal }) => events(runId, signal),
      reducer: fold,
      initialValue: initialRunState(runId),
    }),
    // What has ended does not change; and the connection comes back by itself.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  }
}

async function* events(runId, signal) {
  const monitor = client.monitor(runId)
  signal.addEventListener('abort', () => monitor.close())
  try {
    yield* monitor
  } finally {
    monitor.close()
  }
}
