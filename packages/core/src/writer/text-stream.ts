import { type Channel, channels } from '../protocol/index.js'
import { endsInHalf } from './code-point.js'

/** A piece of text and where it belongs. */
export interface Placed {
  readonly delta: string
  readonly at: number
}

/**
 * The texts that one step's attempt, or the run itself, writes: gives each piece its place and holds back half a
 * character until the other half comes.
 */
export class TextStreams {
  readonly #streams: Record<Channel, { at: number; held: string }> = {
    text: { at: 0, held: '' },
    reasoning: { at: 0, held: '' },
    tool: { at: 0, held: '' },
  }

  /** The piece to send now, or undefined when there is none. */
  push(channel: Channel, text: string): Placed | undefined {
    const stream = this.#streams[channel]
    const whole = stream.held + text
    const delta = endsInHalf(whole) ? whole.slice(0, -1) : whole
    stream.held = whole.slice(delta.length)
    return delta === '' ? undefined : this.#place(channel, delta)
  }

  /** What was held back and will not be completed. */
  flush(): readonly (Placed & { readonly channel: Channel })[] {
    return channels.flatMap((channel) => {
      const { held } = this.#streams[channel]
      this.#streams[channel].held = ''
      return held === '' ? [] : [{ channel, ...this.#place(channel, held) }]
    })
  }

  #place(channel: Channel, delta: string): Placed {
    const stream = this.#streams[channel]
    const { at } = stream
    stream.at += delta.length
    return { delta, at }
  }
}
