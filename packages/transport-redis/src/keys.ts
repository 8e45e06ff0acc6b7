/** The names of everything that is kept of one run. The braces put all of it into one slot of a cluster. */
export interface RunKeys {
  /** Hash: how the run stands. */
  readonly meta: string
  /** Stream: compacted batches, contiguous from 1. */
  readonly segments: string
  /** Stream: raw batches after the segments. In both an entry's id is `<epoch>-<to>`. */
  readonly tail: string
  /** Channel: what is written, as it is written. */
  readonly live: string
}

/** The names of a run's keys. */
export function runKeys(prefix: string, runId: string): RunKeys {
  const run = `${prefix}:{${runId}}`
  return { meta: `${run}:meta`, segments: `${run}:segments`, tail: `${run}:tail`, live: `${run}:live` }
}

/** The channel on which a process takes commands and answers. */
export function inboxChannel(prefix: string, id: string): string {
  return `${prefix}:{inbox-${id}}:inbox`
}

/** A channel of one's own in the slot of another. */
export function besideChannel(channel: string, id: string): string {
  return channel.replace(/\}.*$/, `}:echo:${id}`)
}
