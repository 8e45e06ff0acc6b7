import { type ErrorFrame, LlmmonError, type ServerFrame, subprotocol } from '@llmmon/core/protocol'
import type { ConnectionState } from './connection-machine.js'
import { createLink, quietly } from './link.js'
import type { RunSource, RunSourceOptions } from './run-source.js'
import { refusalOf, shownConnection } from './snapshot.js'
import { openSocket } from './socket.js'
import type { WatchedRun } from './watched-run.js'

interface Watch {
  readonly run: WatchedRun
  /** The newest request for this run; answers to older ones are stale. */
  ref: number
  isAnswered: boolean
  /** Holes in a row without an event in between. */
  holes: number
  /** The server will not have it: however the connection stands, it is none for this run. */
  isRefused: boolean
}

interface Command {
  readonly runId: string
  readonly reason: string | undefined
  resolve(answer: 'accepted' | 'already_ended'): void
  reject(error: LlmmonError): void
}

/** The server answers within 6 s; beyond that the connection is to blame. */
const cancelTimeoutMs = 10_000
const holeRetryMs = 1_000
/** How long before its end a token is refreshed; a short-lived one half-way. */
const refreshMs = 30_000
const longestTimerMs = 2 ** 31 - 1

/** Makes a source of many runs over one connection of `llmmon.v1`. */
export function createProtocolSource({ url, getToken, WebSocket }: RunSourceOptions): RunSource {
  const watches = new Map<string, Watch>()
  const commands = new Map<number, Command>()
  let lastRef = 0
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  // How much this clock is ahead of the server's, ms.
  let skew = 0

  const link = createLink({
    getToken: getToken && ((reason) => getToken({ reason })),
    open: () => openSocket(WebSocket, url, [subprotocol]),
    // All at once, without waiting for the welcome: one round trip to the first event.
    greet(token) {
      link.send({ type: 'hello', token: token ?? undefined })
      for (const watch of watches.values()) if (!watch.run.isFinal) subscribe(watch)
      for (const ref of commands.keys()) command(ref)
    },
    // The server has checked what it sends. What cannot be used all the same is reported by the link, and changes nothing.
    receive: (text) => take(JSON.parse(text)),
    forgetPositions() {
      for (const { run } of watches.values()) run.reset('epoch')
    },
    changed(state) {
      for (const watch of watches.values()) show(watch, state)
      if (state.phase === 'refused') rejectAll(refusalOf(state))
    },
  })

  const rejectAll = (error: LlmmonError) => {
    for (const { reject } of commands.values()) reject(error)
  }

  const canSend = () => ['greeting', 'open'].includes(link.state().phase)

  /** Asks for something that may need a token of its run; nothing is sent if it is not wanted any more by then. */
  const ask = async (type: 'subscribe' | 'cancel', runId: string, frame: object, isWanted: () => boolean) => {
    let token: string | null | undefined
    try {
      token = await getToken?.({ runId, reason: type })
    } catch {
      // Without its token the request is refused, which says what is wrong in the server's own words.
    }
    if (isWanted()) link.send({ type, run_id: runId, ...frame, token: token ?? undefined })
  }

  const subscribe = (watch: Watch) => {
    const { runId, position: from } = watch.run
    lastRef += 1
    const ref = lastRef
    watch.ref = ref
    watch.isAnswered = false
    void ask('subscribe', runId, { ref, from }, () => watch.ref === ref && watches.get(runId) === watch)
  }

  // The same socket goes on with a fresh token. Where that fails the server closes, and the client comes back as after any expiry.
  const refreshBefore = (expiresAt: number | undefined, ahead = skew) => {
    skew = ahead
    clearTimeout(refreshTimer)
    if (!expiresAt || !getToken) return
    const refresh = async () => {
      if (link.state().phase !== 'open') return
      try {
        const token = await getToken({ reason: 'refresh' })
        lastRef += 1
        if (token) link.send({ type: 'auth', ref: lastRef, token })
      } catch {}
    }
    const left = expiresAt + skew - Date.now()
    const ms = Math.min(longestTimerMs, Math.max(1_000, left / 2, left - refreshMs))
    refreshTimer = quietly(setTimeout(refresh, ms))
  }

  const unsubscribe = (run_id: string) => {
    lastRef += 1
    link.send({ type: 'unsubscribe', ref: lastRef, run_id })
  }

  const command = (ref: number) => {
    const { runId, reason } = commands.get(ref) as Command
    void ask('cancel', runId, { ref, reason }, () => commands.has(ref))
  }

  const take = (frame: ServerFrame) => {
    switch (frame.type) {
      case 'welcome':
        link.heartbeatMs = frame.heartbeat_ms || link.heartbeatMs
        link.handle({ type: 'welcome' })
        refreshBefore(frame.expires_at, Date.now() - frame.server_time)
        break
      case 'auth_ok':
        refreshBefore(frame.expires_at)
        break
      case 'goaway':
        link.handle({ type: 'goaway', afterMs: frame.after_ms })
        break
      case 'cancel_answer':
        commands.get(frame.ref)?.resolve(frame.answer)
        break
      case 'error':
        takeError(frame)
        break
      default:
        if ('run_id' in frame) takeOfRun(frame)
    }
  }

  const takeOfRun = (frame: Exclude<ServerFrame, ErrorFrame> & { readonly run_id: string }) => {
    const watch = watches.get(frame.run_id)
    if (!watch) return
    if (frame.type === 'subscribed') watch.isAnswered ||= watch.ref === frame.ref
    if (!watch.isAnswered) return
    const { run } = watch
    switch (frame.type) {
      case 'events':
        if (run.take(frame)) watch.holes = 0
        else mend(watch)
        break
      case 'reset':
        run.reset(frame.reason)
        break
      case 'status':
        run.store.setStalled(frame.state === 'stalled')
        break
      case 'event':
        run.fail({ message: frame.event.error, code: frame.event.code })
        break
      case 'end':
        run.end()
    }
    if (run.isFinal) rest()
  }

  // Something is missing: ask again from where the run stands; not in a loop, should the server never have it.
  const mend = (watch: Watch) => {
    const { runId } = watch.run
    watch.isAnswered = false
    const again = () => {
      if (watches.get(runId) !== watch) return
      unsubscribe(runId)
      subscribe(watch)
    }
    quietly(setTimeout(again, holeRetryMs * Math.min(10, watch.holes)))
    watch.holes += 1
  }

  const takeError = ({ ref = -1, code, message, retryable }: ErrorFrame) => {
    const asked = commands.get(ref)
    if (asked) {
      const known = code === 'no_writer' || code === 'timeout' || code === 'rate_limited' ? code : 'refused'
      asked.reject(new LlmmonError(known, message, { retryable, runId: asked.runId }))
    } else if (code !== 'duplicate') {
      for (const watch of watches.values()) if (watch.ref === ref) refuse(watch, message, code)
      rest()
    }
  }

  const refuse = (watch: Watch, message: string, code: string) => {
    watch.isRefused = true
    watch.run.store.setConnection({ state: 'refused', reason: message, retryAt: null })
    watch.run.fail({ message, code })
  }

  const show = ({ run, isRefused }: Watch, state: ConnectionState) => {
    if (isRefused) return
    run.store.setConnection(shownConnection(state))
    if (state.phase === 'refused') run.fail(refusalOf(state))
  }

  // Nobody needs the connection while every run is final and nothing is asked.
  const rest = () => {
    const isNeeded = commands.size > 0 || [...watches.values()].some(({ run }) => !run.isFinal)
    if (!isNeeded) link.handle({ type: 'unneeded' })
  }

  return {
    watch(run) {
      // Watched already: it is wanted from elsewhere than before.
      if (watches.has(run.runId)) unsubscribe(run.runId)
      const watch = { run, ref: 0, isAnswered: false, holes: 0, isRefused: false }
      watches.set(run.runId, watch)
      link.handle({ type: 'need' })
      show(watch, link.state())
      if (canSend()) subscribe(watch)
    },

    unwatch(run) {
      watches.delete(run.runId)
      if (!run.isFinal) unsubscribe(run.runId)
      rest()
    },

    cancel(runId, reason) {
      lastRef += 1
      const ref = lastRef
      const answer = new Promise<'accepted' | 'already_ended'>((resolve, reject) => {
        commands.set(ref, { runId, reason, resolve, reject })
      })
      const late = new LlmmonError('timeout', 'The cancel was not answered in time.', { retryable: true })
      const timer = setTimeout(() => commands.get(ref)?.reject(late), cancelTimeoutMs)
      link.handle({ type: 'need' })
      if (link.state().phase === 'refused') rejectAll(refusalOf(link.state()))
      else if (canSend()) command(ref)
      return answer.finally(() => {
        clearTimeout(timer)
        commands.delete(ref)
        rest()
      })
    },

    close() {
      link.handle({ type: 'close' })
      clearTimeout(refreshTimer)
      rejectAll(new LlmmonError('closed', 'The client was closed.'))
      watches.clear()
    },
  }
}
