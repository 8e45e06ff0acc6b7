import { createHook } from 'node:async_hooks'

/** What is alive in this process of what was made since the tracking began. */
export interface LiveHandles {
  /** Sockets, listeners, and timers that the packages have set: what each is and where it was made. */
  list(): string[]
  /** Resolves when nothing is left; rejects with what is, when that does not go away. */
  settled(): Promise<void>
  /** Stops tracking. */
  stop(): void
}

const sockets: ReadonlySet<string> = new Set(['TCPWRAP', 'TCPSERVERWRAP', 'PIPEWRAP'])
/** A line of a stack in one of the packages, but for this one. */
const ofPackage = /packages\/(?!testkit)[a-z-]+\/(?:src|dist)\/[^\n)]*/
const deepStack = 40
/** How long what ends by itself may take, and how often it is looked at, ms. */
const [patienceMs, lookMs] = [10_000, 20]

/** Begins to track. Timers count also when they do not hold the process: they hold what they call. */
export function trackHandles(): LiveHandles {
  const live = new Map<number, string>()
  const hook = createHook({
    init(id, type) {
      if (type === 'Timeout') {
        const place = placeOf()
        if (place) live.set(id, `a timer of ${place}`)
      } else if (sockets.has(type)) live.set(id, `a ${type} of ${placeOf() ?? 'the test'}`)
    },
    destroy: (id) => void live.delete(id),
  }).enable()

  return {
    list: () => [...live.values()],
    async settled() {
      for (let waitedMs = 0; live.size > 0; waitedMs += lookMs) {
        if (waitedMs >= patienceMs)
          throw new Error(`Expected nothing to be left; found ${[...live.values()].join(', ')}.`)
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
    },
    stop: () => void hook.disable(),
  }
}

function placeOf(): string | undefined {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = deepStack
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return ofPackage.exec(stack)?.[0]
}
