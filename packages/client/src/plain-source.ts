import { isJsonObject, isTerminal, LlmmonError, type RunEvent, type UnsequencedEvent } from '@llmmon/core/protocol'
import { Link } from './link.js'
import type { ProtocolSourceOptions } from './protocol-source.js'
import type { RunSource } from './run-source.js'
import { shownState } from './snapshot.js'
import { webSocketClass } from './socket.js'
import type { WatchedRun } from './watched-run.js'

/** One connection a run, of events only: our plain endpoint, or a Django LLM server. */
export class PlainSource implements RunSource {
  readonly #options: ProtocolSourceOptions
  readonly #links = new Map<WatchedRun, Link>()

  constructor(options: ProtocolSourceOptions) {
    this.#options = options
  }

  watch(run: WatchedRun): void {
    const link: Link = new Link({
      open: (reason) => this.#open(run, reason),
      greet: () => link.welcomed(),
      receive: (text) => take(run, text),
      forgetPositions: () => run.reset('epoch'),
      changed: ({ phase, reason, retryAt }) => {
        const isDone = phase === 'refused' && run.hasEnded
        run.store.setConnection({ state: isDone ? 'idle' : shownState(phase), reason: isDone ? null : reason, retryAt })
        if (phase !== 'refused') return
        if (run.hasEnded) run.end()
        else run.fail({ ...failure(`The server ended the connection: ${reason}.`), code: 'refused' })
      },
    })
    // Its frames are events only, so silence means nothing here.
    link.heartbeatMs = Number.POSITIVE_INFINITY
    this.#links.set(run, link)
    link.need()
  }

  unwatch(run: WatchedRun): void {
    this.#links.get(run)?.close()
    this.#links.delete(run)
  }

  cancel(): Promise<never> {
    const message = "A plain connection cannot ask the writer to stop; use protocol: 'llmmon'."
    return Promise.reject(new LlmmonError('unsupported', message))
  }

  close(): void {
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
  }

  #open(run: WatchedRun, reason: 'connect' | 'expired') {
    const { url, getToken, WebSocket } = this.#options
    const Socket = webSocketClass(WebSocket)
    const address = new URL(url)
    address.pathname = `${address.pathname.replace(/\/$/, '')}/chain/${run.runId}/`
    const { position } = run
    if (position && run.store.getSnapshot().connection.continuity)
      address.searchParams.set('after', String(position.seq))
    if (!getToken) return new Socket(address.href)
    return Promise.resolve(getToken({ runId: run.runId, reason })).then((ticket) => {
      if (ticket) address.searchParams.set('ticket', ticket)
      return new Socket(address.href)
    })
  }
}

function take(run: WatchedRun, text: string): void {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!isJsonObject(value) || typeof value.update_type !== 'string') {
    console.error('llmmon: the server sent something that is no event.')
    return
  }
  const event = value as unknown as RunEvent
  const seen = run.position?.seq ?? 0
  if (typeof event.seq === 'number') {
    if (event.seq <= seen) return
    run.position = { epoch: '0', seq: event.seq }
    run.append([event])
  } else if (isTerminal(event) && event.update_type === 'error' && isOurs(event)) {
    run.fail(event as UnsequencedEvent)
  } else {
    // A Django server numbers nothing: what arrives is taken as it comes.
    run.store.setConnection({ continuity: false })
    const seq = seen + 1
    run.position = { epoch: '0', seq }
    run.append([{ ...event, seq, ts: event.ts ?? Date.now() }])
  }
}

// Our plain endpoint refuses with a code and the run's id; the seed's errors have neither.
function isOurs(event: object): boolean {
  return 'code' in event && 'run_id' in event
}

function failure(error: string): UnsequencedEvent {
  return { update_type: 'error', status: 'error', error, ts: Date.now() }
}
