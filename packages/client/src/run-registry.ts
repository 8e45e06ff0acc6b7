import { LlmmonError } from '@llmmon/core/protocol'
import type { KnownRun } from './known-run.js'
import { quietly } from './link.js'
import { createPlainSource } from './plain-source.js'
import { createProtocolSource } from './protocol-source.js'
import type { GetToken } from './run-source.js'
import type { MonitorSnapshot } from './snapshot.js'
import { type WebSocketClass, webSocketUrl } from './socket.js'
import { createWatchedRun, type WatchedRun } from './watched-run.js'

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

/** A run, how many monitors show it, and when nobody does: the timer until it is put away, and how long its log is. */
interface Entry {
  readonly run: WatchedRun
  users: number
  timer?: ReturnType<typeof setTimeout>
  length: number
}

/** How long a run is still brought after its last monitor has gone, ms: a page that is drawn anew finds it warm. */
const lingerMs = 250
/** How much history of ended runs is kept for later monitors, characters. */
const keptLength = 67_108_864

const sourceOf = { llmmon: createProtocolSource, plain: createPlainSource }

/** See `createRunRegistry`. */
export type RunRegistry = ReturnType<typeof createRunRegistry>

/**
 * Makes the runs of one client, shared by all monitors that show them.
 *
 * @param onIdle called when nobody shows any of its runs
 */
export function createRunRegistry(options: MonitorClientOptions, onIdle = () => {}) {
  const { url, getToken, protocol = 'llmmon', WebSocket } = options
  const createSource = sourceOf[protocol]
  if (!createSource) {
    const got = JSON.stringify(protocol)
    throw new LlmmonError('invalid_argument', `Expected protocol to be 'llmmon' or 'plain'; got ${got}.`)
  }
  const source = createSource({ url: webSocketUrl(url), getToken, WebSocket })
  const entries = new Map<string, Entry>()
  const monitors = new Set<Closable>()
  let isClosed = false

  // Nobody shows the run any more. One that has ended well is kept, as long as there is room: it may be shown again.
  const rest = (entry: Entry) => {
    const { run } = entry
    source.unwatch(run)
    if (run.isFinal && !run.failure) entry.length = run.log.measure()
    else entries.delete(run.runId)
    if (monitors.size === 0) onIdle()
    const unused = [...entries.values()].filter(({ users }) => users === 0)
    let length = unused.reduce((sum, it) => sum + it.length, 0)
    for (const { run, length: freed } of unused) {
      if (length <= keptLength) return
      entries.delete(run.runId)
      length -= freed
    }
  }

  return {
    /** Takes a monitor. */
    join(monitor: Closable, runId: string, known?: KnownRun): WatchedRun {
      if (isClosed) throw new LlmmonError('closed', 'This client was closed; make a new one.')
      const entry = entries.get(runId) ?? { run: createWatchedRun(runId), users: 0, length: 0 }
      clearTimeout(entry.timer)
      monitors.add(monitor)
      entry.users += 1
      const isNew = !entries.delete(runId)
      // Put at the end: the ones used longest ago are forgotten first.
      entries.set(runId, entry)
      if (known) entry.run.seed(known, isNew)
      if (isNew || (!known && entry.run.needsBeginning())) source.watch(entry.run)
      return entry.run
    },

    /** The state of a run that a monitor shows or has just shown. */
    peek: (runId: string): MonitorSnapshot | undefined => entries.get(runId)?.run.store.getSnapshot(),

    /** Lets a monitor go. */
    leave(monitor: Closable, run: WatchedRun): void {
      monitors.delete(monitor)
      const entry = entries.get(run.runId)
      if (entry?.run !== run) return
      entry.users -= 1
      if (entry.users === 0) entry.timer = quietly(setTimeout(() => rest(entry), lingerMs))
    },

    cancel: source.cancel,

    close(): void {
      isClosed = true
      for (const monitor of [...monitors]) monitor.close()
      for (const { timer } of entries.values()) clearTimeout(timer)
      entries.clear()
      source.close()
    },
  }
}

interface Shared {
  readonly key: readonly unknown[]
  readonly registry: RunRegistry
}

const shared = new Set<Shared>()

/**
 * The client that monitors with the same address, token function, protocol and WebSocket share. It lives with the
 * page; one with a `getToken` until nobody shows its runs.
 */
export function sharedRegistry(options: MonitorClientOptions): RunRegistry {
  const { url, getToken, protocol = 'llmmon', WebSocket } = options
  const key = [webSocketUrl(url), getToken, protocol, WebSocket]
  for (const known of shared) if (key.every((part, index) => part === known.key[index])) return known.registry
  // A function made anew for each monitor would else leave a client behind each time.
  const forget = () => getToken && shared.delete(entry)
  const entry: Shared = { key, registry: createRunRegistry(options, forget) }
  shared.add(entry)
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
