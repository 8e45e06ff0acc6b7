import type { Logger } from '@llmmon/core'
import { adviceOn, inform, warn } from './advice.js'
import { bareError } from './bare-error.js'
import type { Connection } from './connect.js'

/**
 * Tells the logger how a connection is: once each time it goes down, since reconnecting fails many times; when it is back; and once each thing that
 * is wrong with a Redis that is there.
 *
 * @param selfTest gives what is wrong; asked whenever the connection is made, until nothing is
 */
export function report(connection: Connection, logger: Logger | undefined, selfTest: () => Promise<string[]>): void {
  const said = new Set<string>()
  let isDown = false
  let isSound = false
  connection.on('error', (error: unknown) => {
    if (!isDown) warn(logger, adviceOn(error), bareError(error))
    isDown = true
  })
  connection.on('ready', () => {
    if (isDown) inform(logger, 'The connection to Redis is back')
    isDown = false
    if (!isSound) void examine()
  })

  async function examine(): Promise<void> {
    try {
      const advice = await selfTest()
      isSound = advice.length === 0
      for (const sentence of advice) {
        if (!said.has(sentence)) warn(logger, sentence)
        said.add(sentence)
      }
    } catch {
      // The connection was lost meanwhile: examined again when it is back.
    }
  }
}
