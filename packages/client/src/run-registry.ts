import { checkRunId, LlmmonError } from '@llmmon/core/protocol'
import { quietly } from './link.js'
import { PlainSource } from './plain-source.js'
import { ProtocolSource } from './protocol-source.js'
import type { GetToken, RunSource } from './run-source.js'
import type { MonitorSnapshot } from './snapshot.js'
import { type WebSocketClass, webSocketUrl } from './socket.js'
import { type RunListener, WatchedRun } from './watched-run.js'

/** Options of `createMonitorClient`. */
export interface MonitorClientOptions {
  /** Where the monitor server is. Relative to the page; http becomes ws. Default `/ws`. */
  url?: string
  /** Gives the token for the connection and, asked with a `runId`, for a run. Asked anew at each connection. Default: none is sent. */
  getToken?: GetToken
  /** `plain` for our plain endpoint and for Django LLM servers. Default `llmmon`. */
  protocol?: 'llmmon' | 'plain'
  /** The WebSocket class. Default: the runtime's own; Node before 22 has none, pass that of the `ws` package. */
  WebSocket?: WebSocketClass
}

/** Something that is closed with its client. */
interface Closable {
  close(): void
}

/** How long a run is still brought after its last monitor has gone, ms: a page that is drawn anew finds it warm. */
const lingerMs = 250
/** How much history of ended runs is kept for later monitors, characters. */
const keptLength = 67_108_864

/** The runs of one client, shared by all monitors that show them. */
export class RunRegistry {
  readonly #source: RunSource
  readonly #runs = new Map<string, { run: WatchedRun; users: number; timer?: ReturnType<typeof setTimeout> }>()
  readonly #monitors = new Set<Closable>()
  #isClosed = false
  /** Called when nobody shows any of its runs. */
  onIdle: (() => void) | undefined

  constructor({ url, getToken, protocol = 'llmmon', WebSocket }: MonitorClientOptions) {
    if (protocol !== 'llmmon' && protocol !== 'plain') {
      throw new LlmmonError(
        'invalid_argument',
        `Expected protocol to be 'llmmon' or 'plain'; got ${JSON.stringify(protocol)}.`,
      )
    }
    const options = { url: webSocketUrl(url), getToken, WebSocket }
    this.#source = protocol === 'plain' ? new PlainSource(options) : new ProtocolSource(options)
  }

  /** Takes a monitor. */
  join(monitor: Closable, runId: string, listener: RunListener): WatchedRun {
    checkRunId(runId)
    if (this.#isClosed) throw new LlmmonError('closed', 'This client was closed; make a new one.')
    this.#monitors.add(monitor)
    let entry = this.#runs.get(runId)
    if (entry) {
      clearTimeout(entry.timer)
      // Moved to the end: the ones used longest ago are forgotten first.
      this.#runs.delete(runId)
      this.#runs.set(runId, entry)
    } else {
      entry = { run: new WatchedRun(runId), users: 0 }
      this.#runs.set(runId, entry)
      this.#source.watch(entry.run)
    }
    entry.users += 1
    entry.run.listeners.add(listener)
    return entry.run
  }

  /** The state of a run that a monitor shows or has just shown. */
  peek(runId: string): MonitorSnapshot | undefined {
    return this.#runs.get(runId)?.run.store.getSnapshot()
  }

  /** Lets a monitor go. */
  leave(monitor: Closable, run: WatchedRun, listener: RunListener): void {
    this.#monitors.delete(monitor)
    run.listeners.delete(listener)
    const entry = this.#runs.get(run.runId)
    if (entry?.run !== run) return
    entry.users -= 1
    if (entry.users > 0) return
    entry.timer = quietly(setTimeout(() => this.#rest(entry.run), lingerMs))
  }

  cancel(runId: string, reason: string | undefined): Promise<'accepted' | 'already_ended'> {
    return this.#source.cancel(runId, reason)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const monitor of [...this.#monitors]) monitor.close()
    for (const { timer } of this.#runs.values()) clearTimeout(timer)
    this.#runs.clear()
    this.#source.close()
  }

  // Nobody shows the run any more. One that has ended well is kept, as long as there is room: it may be shown again.
  #rest(run: WatchedRun): void {
    this.#source.unwatch(run)
    if (!run.isFinal || run.failure) this.#runs.delete(run.runId)
    if (this.#monitors.size === 0) this.onIdle?.()
    let length = 0
    for (const { run, users } of this.#runs.values()) if (users === 0) length += run.log.length
    for (const [runId, { run, users }] of this.#runs) {
      if (length <= keptLength) return
      if (users > 0) continue
      this.#runs.delete(runId)
      length -= run.log.length
    }
  }
}

const shared: { readonly url: string; readonly options: MonitorClientOptions; readonly registry: RunRegistry }[] = []

/**
 * The client that monitors with the same address, token function, protocol and WebSocket share. It lives with the
 * page; one with a `getToken` until nobody shows its runs.
 */
export function sharedRegistry(options: MonitorClientOptions): RunRegistry {
  const url = webSocketUrl(options.url)
  const { getToken, protocol = 'llmmon', WebSocket } = options
  const known = shared.find(({ url: other, options: with_ }) => {
    const isSame =
      with_.getToken === getToken && (with_.protocol ?? 'llmmon') === protocol && with_.WebSocket === WebSocket
    return url === other && isSame
  })
  if (known) return known.registry
  const entry = { url, options, registry: new RunRegistry({ ...options, url }) }
  shared.push(entry)
  // A function made anew for each monitor would else leave a client behind each time.
  if (getToken) {
    entry.registry.onIdle = () => {
      const at = shared.indexOf(entry)
      if (at >= 0) shared.splice(at, 1)
    }
  }
  return entry.registry
}

const registries = new WeakMap<object, RunRegistry>()

/** Remembers which runs a client's monitors share. */
export function bindRegistry(client: object, registry: RunRegistry): void {
  registries.set(client, registry)
}

/** The runs of a client; undefined for what is none. */
export function registryOf(client: object): RunRegistry | undefined {
  return registries.get(client)
}
