import type { Run } from '@llmmon/core'

/** A chain that never pauses for long, and what it has said. */
export interface Talk {
  /** How many `custom` events it has said, numbered from 0; and as many tokens. */
  readonly said: number
  /** All tokens, joined. */
  readonly text: string
  /** Resolves when it has said so many. */
  untilSaid(count: number): Promise<void>
  /** Resolves when it has said so many more. */
  more(count: number): Promise<void>
  /** Says nothing more. */
  pause(): void
  /** Ends the run, with how much was said. */
  end(): void
}

/**
 * Has a run say something all the time: a `custom` event with a running number, and a token.
 *
 * @param options `everyMs`: how often, default 2; `size`: how many characters are added to each event, default none
 */
export function talk(run: Run, { size = 0, everyMs = 2 } = {}): Talk {
  const filling = 'x'.repeat(size)
  let said = 0
  let text = ''
  const timer = setInterval(() => {
    run.custom('n', size === 0 ? said : { n: said, filling })
    said += 1
    run.token(`${said} `)
    text += `${said} `
  }, everyMs)
  const untilSaid = async (count: number) => {
    while (said < count) await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
  return {
    get said() {
      return said
    },
    get text() {
      return text
    },
    untilSaid,
    more: (count) => untilSaid(said + count),
    pause: () => clearInterval(timer),
    end() {
      clearInterval(timer)
      run.complete({ said })
    },
  }
}
