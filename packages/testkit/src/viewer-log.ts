import { isTerminal, type RunEvent } from '@llmmon/core'
import type { Talk } from './talk.js'

/** What a monitor of the client offers to those who listen. */
interface Audible {
  onEvent: (handler: (event: RunEvent) => void) => () => void
  onReset: (handler: (data: { readonly reason: string }) => void) => () => void
}

/** What the application of one viewer was told, since the last reset. */
export class ViewerLog {
  readonly events: RunEvent[] = []
  readonly resets: string[] = []

  constructor(monitor: Audible) {
    monitor.onEvent((event) => this.events.push(event))
    monitor.onReset(({ reason }) => {
      this.resets.push(reason)
      this.events.length = 0
    })
  }
}

/** How what a viewer was told differs from what the chain said, one sentence each; nothing when it saw all of it, in order and once. */
export function differences(
  { events }: Pick<ViewerLog, 'events'>,
  { said, text }: Pick<Talk, 'said' | 'text'>,
): string[] {
  const wrong: string[] = []
  let last = 0
  let next = 0
  let seen = ''
  for (const event of events) {
    const { seq } = event
    if (seq <= last) wrong.push(`event ${seq} came after ${last}`)
    last = seq
    if (event.update_type === 'token') {
      if (event.at !== seen.length)
        wrong.push(`the token at ${event.at} came where ${seen.length} characters were seen`)
      seen += event.delta
    }
    if (event.update_type !== 'custom') continue
    const number = numberOf(event.data)
    if (number !== next) wrong.push(`custom ${number} came where ${next} was due`)
    next = number + 1
  }
  if (next !== said) wrong.push(`${said} custom events were said, ${next} seen`)
  if (seen !== text) wrong.push(`${text.length} characters were said, ${seen.length} seen, or not the same`)
  const ends = events.filter(isTerminal)
  if (ends.length !== 1 || !isTerminal(events.at(-1) as RunEvent)) wrong.push(`${ends.length} ends were seen`)
  return wrong.slice(0, 10)
}

function numberOf(data: unknown): number {
  return typeof data === 'number' ? data : Number((data as { n?: unknown } | null)?.n)
}
