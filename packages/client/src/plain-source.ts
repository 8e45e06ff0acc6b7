import { LlmmonError, type RunEvent } from '@llmmon/core/protocol'
import { createLink, type Link } from './link.js'
import type { RunSource, RunSourceOptions } from './run-source.js'
import { refusalOf, shownConnection } from './snapshot.js'
import { openSocket } from './socket.js'
import type { WatchedRun } from './watched-run.js'

/** Makes one connection a run, of events only: our plain endpoint, or a Django LLM server. */
export function createPlainSource({ url, getToken, WebSocket }: RunSourceOptions): RunSource {
  const links = new Map<WatchedRun, Link>()

  return {
    watch(run) {
      const { runId, store } = run
      // Watched already: it is wanted from elsewhere than before.
      links.get(run)?.handle({ type: 'close' })
      const link: Link = createLink({
        getToken: getToken && ((reason) => getToken({ runId, reason })),
        open(ticket) {
          const address = new URL(url)
          address.pathname = `${address.pathname.replace(/\/$/, '')}/chain/${runId}/`
          if (run.position && store.getSnapshot().connection.continuity) {
            address.searchParams.set('after', `${run.position.seq}`)
          }
          if (ticket) address.searchParams.set('ticket', ticket)
          return openSocket(WebSocket, address.href)
        },
        greet: () => link.handle({ type: 'welcome' }),
        receive: (text) => take(run, text),
        forgetPositions: () => run.reset('epoch'),
        changed(state) {
          // A server closes like this when it has said everything: then the run is over and nobody is connected any more.
          const isDone = state.phase === 'refused' && run.hasEnded
          store.setConnection(isDone ? { state: 'idle', reason: null } : shownConnection(state))
          if (isDone) run.end()
          else if (state.phase === 'refused') run.fail(refusalOf(state))
        },
      })
      // Its frames are events only, so silence means nothing here.
      link.heartbeatMs = Number.POSITIVE_INFINITY
      links.set(run, link)
      link.handle({ type: 'need' })
    },

    unwatch(run) {
      links.get(run)?.handle({ type: 'close' })
      links.delete(run)
    },

    async cancel() {
      const message = "A plain connection cannot cancel; use protocol: 'llmmon'."
      throw new LlmmonError('unsupported', message)
    },

    close() {
      for (const link of links.values()) link.handle({ type: 'close' })
    },
  }
}

function take(run: WatchedRun, text: string): void {
  const event: RunEvent | null = JSON.parse(text)
  if (typeof event?.update_type !== 'string') throw new LlmmonError('invalid_frame', 'Expected an event.')
  const seen = run.position?.seq ?? 0
  const { ts = Date.now() } = event
  let { seq } = event
  if (typeof seq !== 'number') {
    // Our plain endpoint refuses with a code and the run's id; the errors of a Django server have neither.
    if (event.update_type === 'error' && 'code' in event && 'run_id' in event) {
      run.fail({ message: event.error, code: event.code })
      return
    }
    // A Django server numbers nothing: what arrives is taken as it comes.
    run.store.setConnection({ continuity: false })
    seq = seen + 1
  }
  if (seq <= seen) return
  run.position = { epoch: '0', seq }
  run.append([{ ...event, seq, ts }])
}
