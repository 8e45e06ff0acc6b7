import type { MonitorSnapshot } from '@llmmon/client'

/** How the page is connected, for people. */
export interface ConnectionView {
  readonly state: MonitorSnapshot['connection']['state']
  readonly text: string
  /** More about it. */
  readonly reason: string
}

const texts = {
  idle: 'nothing running',
  connecting: 'connecting …',
  open: 'live',
  refused: 'refused',
  closed: 'closed',
} as const

/**
 * What to say of a connection.
 *
 * @param connection null where nothing is watched
 * @param now ms since 1970, for the seconds until it is tried again
 */
export function connectionView(connection: MonitorSnapshot['connection'] | null, now: number): ConnectionView {
  if (connection === null) return { state: 'idle', text: texts.idle, reason: '' }
  const { state, retryAt } = connection
  const reason = connection.reason ?? ''
  if (state !== 'waiting') return { state, text: texts[state], reason }
  const left = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1_000)
  return { state, text: left > 0 ? `reconnecting in ${left} s` : 'reconnecting …', reason }
}
